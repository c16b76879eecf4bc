#include "persistence/log_scan.hpp"

#include "persistence/crc32c.hpp"

#include <algorithm>
#include <cstring>

namespace evenkeel::persistence {

namespace {

using nature = log_stretch::nature;

constexpr std::size_t block_bytes = 32768;
constexpr std::size_t header_bytes = 7;
enum fragment_type : std::uint8_t { full = 1, first = 2, middle = 3, last = 4 };

struct fragment {
  std::uint32_t crc = 0;
  std::size_t length = 0;
  std::uint8_t type = 0;
};

fragment read_header(std::string_view bytes) {
  fragment header;
  std::uint16_t length = 0;
  std::memcpy(&header.crc, bytes.data(), sizeof header.crc);
  std::memcpy(&length, bytes.data() + sizeof header.crc, sizeof length);
  header.length = length;
  header.type = static_cast<std::uint8_t>(bytes[sizeof header.crc + sizeof length]);
  return header;
}

std::uint32_t masked(std::uint32_t crc) {
  constexpr std::uint32_t delta = 0xa282ead8U;
  return ((crc >> 15U) | (crc << 17U)) + delta;
}

/// `bytes` begin with a header, and what it says is true.
bool is_intact(std::string_view bytes, const fragment& header) {
  constexpr std::size_t type_at = header_bytes - 1;
  return header.type != 0 && header.type <= last && header_bytes + header.length <= bytes.size()
         && masked(crc32c(bytes.substr(type_at, 1 + header.length))) == header.crc;
}

/// LevelDB takes a length that leads beyond the end for the mark of a crash, and drops what is left
/// without a word. A crash leaves no whole fragment behind that.
bool anything_intact_in(std::string_view bytes) {
  for (; bytes.size() >= header_bytes; bytes.remove_prefix(1))
    if (const auto header = read_header(bytes); header.length > 0 && is_intact(bytes, header))
      return true;
  return false;
}

class scanner {
public:
  void block(std::string_view bytes, std::uint64_t at, bool is_last) {
    std::size_t used = 0;
    while (bytes.size() - used >= header_bytes) {
      const auto rest = bytes.substr(used);
      const auto header = read_header(rest);
      if (header.type == 0 && header.length == 0) {
        add(nature::zeroed, at + used, rest.size());
        return;
      }
      if (!is_intact(rest, header)) {
        const bool torn = is_last && header_bytes + header.length > rest.size()
                          && !anything_intact_in(rest.substr(1));
        add(torn ? nature::torn_end : nature::damaged, at + used, rest.size());
        return;
      }
      intact(header, at + used);
      used += header_bytes + header.length;
    }
    if (is_last && bytes.size() < block_bytes && used < bytes.size())
      add(nature::torn_end, at + used, bytes.size() - used);
  }

  std::vector<log_stretch> finish(std::uint64_t end) {
    if (!found_.empty() && found_.back().what == nature::zeroed
        && found_.back().offset + found_.back().bytes == end)
      found_.back().what = nature::zeroed_end;
    else if (in_batch_ && (found_.empty() || found_.back().offset < batch_at_))
      found_.push_back({nature::torn_end, batch_at_, end - batch_at_});
    return std::move(found_);
  }

private:
  void intact(const fragment& header, std::uint64_t at) {
    if (header.type == first)
      batch_at_ = at;
    in_batch_ = header.type == first || header.type == middle;
  }

  void add(nature what, std::uint64_t offset, std::uint64_t bytes) {
    if (!found_.empty() && found_.back().what == what
        && found_.back().offset + found_.back().bytes == offset)
      found_.back().bytes += bytes;
    else
      found_.push_back({what, offset, bytes});
  }

  std::vector<log_stretch> found_;
  bool in_batch_ = false;
  std::uint64_t batch_at_ = 0;
};

} // namespace

std::vector<log_stretch> scan_log(std::string_view log) {
  scanner scan;
  for (std::size_t at = 0; at < log.size(); at += block_bytes)
    scan.block(log.substr(at, block_bytes), at, log.size() - at <= block_bytes);
  return scan.finish(log.size());
}

std::string_view to_text(log_stretch::nature what) {
  switch (what) {
  case nature::damaged:
    return "damaged";
  case nature::zeroed:
    return "zeroed";
  case nature::torn_end:
    return "not written to the end";
  case nature::zeroed_end:
    return "zeros to the end";
  }
  return "";
}

bool is_normal(log_stretch::nature what) {
  return what == nature::torn_end || what == nature::zeroed_end;
}

} // namespace evenkeel::persistence
