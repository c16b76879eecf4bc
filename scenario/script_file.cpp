#include "scenario/script_file.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace evenkeel::scenario {

namespace {

/// No more than one byte too many, whatever it is.
std::string content_of(const std::string& file) {
  std::error_code none;
  if (std::filesystem::is_directory(file, none))
    throw syntax_error(0, "this is a directory, not a script");
  errno = 0;
  std::ifstream input{file, std::ios::binary};
  std::string text(max_script_bytes + 1, '\0');
  if (input)
    input.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!input.is_open() || input.bad())
    throw syntax_error(0, "cannot be read: " + std::generic_category().message(errno));
  text.resize(static_cast<std::size_t>(input.gcount()));
  return text;
}

} // namespace

script read_script(const std::string& file, const judges& ask) {
  auto read = parse(content_of(file));
  dry_run(read, ask);
  return read;
}

} // namespace evenkeel::scenario
