#include "persistence/log_salvage.hpp"

#include "persistence/log_files.hpp"
#include "persistence/log_format.hpp"

#include <leveldb/env.h>

#include <algorithm>
#include <utility>

namespace evenkeel::persistence {

namespace {

using namespace log_format;

/// Nothing but intact fragments up to the end of the block, or to what is blank or torn there.
bool leads_to_the_end(std::string_view bytes) {
  if (!is_intact(bytes) || read_header(bytes).length == 0)
    return false;
  while (is_intact(bytes))
    bytes.remove_prefix(read_header(bytes).size());
  return bytes.size() < header_bytes || is_blank(bytes) || is_torn(bytes);
}

/// From the damaged fragment at the beginning of `bytes` to where reading can go on.
std::size_t damaged_bytes(const fragment& header, std::string_view bytes) {
  if (header.length > 0 && header.size() < bytes.size() && is_intact(bytes.substr(header.size())))
    return header.size();
  std::size_t at = 1;
  while (at < bytes.size() && !leads_to_the_end(bytes.substr(at)))
    ++at;
  return at;
}

/// Writes batches as LevelDB does.
class log_writer {
public:
  void add(std::string_view batch) {
    bool begun = false;
    do {
      auto left = block_bytes - log_.size() % block_bytes;
      if (left < header_bytes) {
        log_.append(left, '\0');
        left = block_bytes;
      }
      const auto piece = batch.substr(0, left - header_bytes);
      batch.remove_prefix(piece.size());
      add_fragment(piece, begun, batch.empty());
      begun = true;
    } while (!batch.empty());
  }
  [[nodiscard]] std::string take() { return std::move(log_); }

private:
  void add_fragment(std::string_view data, bool begun, bool ends) {
    const std::uint8_t type = begun ? (ends ? last : middle) : (ends ? full : first);
    std::string type_and_data(1, static_cast<char>(type));
    type_and_data += data;
    const auto crc = checksum(type_and_data);
    const auto length = static_cast<std::uint16_t>(data.size());
    log_.append(reinterpret_cast<const char*>(&crc), sizeof crc);
    log_.append(reinterpret_cast<const char*>(&length), sizeof length);
    log_ += type_and_data;
  }

  std::string log_;
};

class salvager {
public:
  void block(std::string_view bytes) {
    while (bytes.size() >= header_bytes) {
      const auto header = read_header(bytes);
      if (is_intact(bytes)) {
        take(header, bytes.substr(header_bytes, header.length));
        bytes.remove_prefix(header.size());
      } else {
        in_batch_ = false;
        bytes.remove_prefix(damaged_bytes(header, bytes));
      }
    }
  }
  [[nodiscard]] std::string finish() { return out_.take(); }

private:
  void take(const fragment& header, std::string_view data) {
    if (header.type == full || header.type == first)
      batch_.clear();
    else if (!in_batch_)
      return; // its beginning is lost
    batch_ += data;
    in_batch_ = header.type == first || header.type == middle;
    if (!in_batch_)
      out_.add(batch_);
  }

  log_writer out_;
  std::string batch_;
  bool in_batch_ = false;
};

} // namespace

std::string salvage_log(std::string_view log) {
  salvager pass;
  for (std::size_t at = 0; at < log.size(); at += block_bytes)
    pass.block(log.substr(at, block_bytes));
  return pass.finish();
}

status salvage_logs(const std::string& directory, leveldb::Env& files, std::uint64_t& damaged) {
  damaged = 0;
  for (const auto& name : database_files(directory)) {
    if (!is_log(name))
      continue;
    const auto path = path_in(directory, name);
    std::string content;
    auto done = leveldb::ReadFileToString(&files, path, &content);
    const auto stretches = scan_log(content);
    const bool whole = std::all_of(stretches.begin(), stretches.end(),
                                   [](const auto& x) { return is_normal(x.what); });
    if (done.ok() && !whole) {
      ++damaged;
      done = replace_log(files, path, salvage_log(content));
    }
    if (!done.ok())
      return {store_error::io, "cannot salvage " + path + ": " + done.ToString()};
  }
  return {};
}

} // namespace evenkeel::persistence
