#include "persistence/log_cut.hpp"

#include "persistence/log_files.hpp"
#include "persistence/log_salvage.hpp"

#include <vector>

namespace evenkeel::persistence {

namespace {

std::string newest_log(leveldb::Env& files, const std::string& directory) {
  std::vector<std::string> names;
  (void)files.GetChildren(directory, &names); // none where it cannot be read: opening tells why
  std::string newest;
  for (const auto& name : names)
    if (is_log(name) && file_number(name) > file_number(newest))
      newest = name;
  return newest;
}

} // namespace

std::optional<log_cut> find_log_cut(leveldb::Env& files, const std::string& directory,
                                    const number_teller& last_number) {
  log_cut cut;
  cut.name = newest_log(files, directory);
  const auto path = path_in(directory, cut.name);
  if (cut.name.empty() || !leveldb::ReadFileToString(&files, path, &cut.content).ok())
    return std::nullopt;
  const auto end = end_of_log(cut.content);
  if (end.plain)
    return std::nullopt;
  cut.bytes = end.whole_bytes;
  const auto last_number_with = [&](const std::string& content) -> std::optional<std::uint64_t> {
    overlay_env trial(&files);
    if (!leveldb::WriteStringToFile(&trial, content, path).ok())
      return std::nullopt;
    return last_number(trial);
  };
  const auto readable = salvage_log(cut.content);
  cut.drops_whole = readable.size() > cut.bytes;
  const auto in_front = last_number_with(cut.content.substr(0, cut.bytes));
  const auto in_all = cut.drops_whole ? last_number_with(readable) : in_front;
  const bool was_synced = !in_front || !in_all || *in_all > *in_front + 1;
  return was_synced ? std::nullopt : std::optional(std::move(cut));
}

leveldb::Status carry_out(const log_cut& cut, leveldb::Env& files, const std::string& directory) {
  const auto path = path_in(directory, cut.name);
  std::string content;
  auto read = leveldb::ReadFileToString(&files, path, &content);
  if (!read.ok() || content != cut.content)
    return read;
  return replace_log(files, path, content.substr(0, cut.bytes));
}

} // namespace evenkeel::persistence
