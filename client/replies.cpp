#include "client/replies.hpp"

#include <charconv>

namespace evenkeel::client {

namespace {

constexpr std::size_t max_line = 65'536;     ///< longer first lines do not exist
constexpr std::size_t max_body = 16U << 20U; ///< far above what any node keeps of an output
constexpr std::string_view separators = " \t\n";

} // namespace

std::optional<std::string_view> find_field(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const auto word = text.substr(0, text.find_first_of(separators));
    if (word.size() > name.size() && word[name.size()] == '=' && word.starts_with(name))
      return word.substr(name.size() + 1);
    text.remove_prefix(word.size() < text.size() ? word.size() + 1 : word.size());
  }
  return std::nullopt;
}

std::string_view reply::code() const {
  if (!line.starts_with('-'))
    return {};
  return line.substr(1, line.find(' ') - 1);
}

std::string_view reply::field(std::string_view name) const {
  return find_field(line, name).value_or(std::string_view{});
}

void reply_reader::feed(std::string_view bytes) {
  buffer_.erase(0, taken_);
  taken_ = 0;
  buffer_.append(bytes);
}

std::optional<reply> reply_reader::next() {
  if (broken_)
    return std::nullopt;
  const auto input = std::string_view(buffer_).substr(taken_);
  const auto end = input.find('\n');
  if (end == std::string_view::npos)
    return input.size() > max_line ? fail() : std::nullopt;
  const auto line = input.substr(0, end);
  const auto rest = input.substr(end + 1);
  if (line.starts_with('+')) {
    if (const auto size = find_field(line, "bytes"))
      return take_body(line, rest, *size);
    if (find_field(line, "count"))
      return take_list(line, rest);
  } else if (!line.starts_with('-')) {
    return fail();
  }
  taken_ += end + 1;
  return reply{line, {}};
}

std::optional<reply> reply_reader::take_body(std::string_view line, std::string_view rest,
                                             std::string_view size) {
  std::size_t bytes = 0;
  const auto parsed = std::from_chars(size.data(), size.data() + size.size(), bytes);
  if (parsed.ec != std::errc{} || parsed.ptr != size.data() + size.size() || bytes > max_body)
    return fail();
  if (rest.size() <= bytes)
    return std::nullopt;
  if (rest[bytes] != '\n')
    return fail();
  taken_ += line.size() + 1 + bytes + 1;
  return reply{line, rest.substr(0, bytes)};
}

std::optional<reply> reply_reader::take_list(std::string_view line, std::string_view rest) {
  constexpr std::string_view last = "\n.\n";
  // An empty list's dot follows the first line, so the search begins with that line's end.
  const std::string_view from{line.data() + line.size(), rest.size() + 1};
  const auto end = from.find(last);
  if (end == std::string_view::npos)
    return std::nullopt;
  taken_ += line.size() + end + last.size();
  return reply{line, rest.substr(0, end)};
}

std::optional<reply> reply_reader::fail() {
  broken_ = true;
  return std::nullopt;
}

} // namespace evenkeel::client
