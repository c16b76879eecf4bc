#include "persistence/log_scan.hpp"

#include "persistence/log_format.hpp"

#include <utility>

namespace evenkeel::persistence {

namespace {

using nature = log_stretch::nature;

using namespace log_format;

class scanner {
public:
  explicit scanner(std::string_view log) {
    for (std::size_t at = 0; at < log.size(); at += block_bytes)
      block(log.substr(at, block_bytes), at, log.size() - at <= block_bytes);
    finish(log.size());
  }

  [[nodiscard]] const std::vector<log_stretch>& found() const { return found_; }

  [[nodiscard]] log_end end() const {
    const auto is_plain = [this](const auto& one) {
      return one.what == nature::torn_end || (one.what == nature::zeroed_end && !in_batch_);
    };
    return {whole_bytes_, found_.empty() || (found_.size() == 1 && is_plain(found_.front()))};
  }

private:
  void block(std::string_view bytes, std::uint64_t at, bool is_last) {
    std::size_t used = 0;
    while (bytes.size() - used >= header_bytes) {
      const auto rest = bytes.substr(used);
      const auto header = read_header(rest);
      if (header.type == 0 && header.length == 0) {
        // LevelDB takes it for the unwritten rest of a block. Where that is not blank, it was
        // written.
        add(is_blank(rest) ? nature::zeroed : nature::damaged, at + used, rest.size());
        return;
      }
      if (!is_intact(rest)) {
        add(is_last && is_torn(rest) ? nature::torn_end : nature::damaged, at + used, rest.size());
        return;
      }
      intact(header, at + used);
      used += header.size();
    }
    if (is_last && bytes.size() < block_bytes && used < bytes.size())
      add(nature::torn_end, at + used, bytes.size() - used);
  }

  void finish(std::uint64_t end) {
    if (!found_.empty() && found_.back().what == nature::zeroed
        && found_.back().offset + found_.back().bytes == end)
      found_.back().what = nature::zeroed_end;
    else if (in_batch_ && (found_.empty() || found_.back().offset < batch_at_))
      found_.push_back({nature::torn_end, batch_at_, end - batch_at_});
  }

  void intact(const fragment& header, std::uint64_t at) {
    if (header.type == first)
      batch_at_ = at;
    in_batch_ = header.type == first || header.type == middle;
    if (!in_batch_ && found_.empty())
      whole_bytes_ = at + header.size();
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
  std::uint64_t whole_bytes_ = 0;
};

} // namespace

std::vector<log_stretch> scan_log(std::string_view log) {
  return scanner(log).found();
}

log_end end_of_log(std::string_view log) {
  return scanner(log).end();
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
  case nature::cut_off:
    return "not whole, and nothing that was acknowledged is missing";
  }
  return "";
}

bool is_normal(log_stretch::nature what) {
  return what == nature::torn_end || what == nature::zeroed_end || what == nature::cut_off;
}

} // namespace evenkeel::persistence
