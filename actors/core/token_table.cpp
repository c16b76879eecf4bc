#include "actors/core/token_table.hpp"

#include "actors/core/request_words.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace evenkeel::core {

namespace {

constexpr int digit_of(char c) {
  if (is_digit(c))
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::optional<token_digest> digest_from(std::string_view hex) {
  token_digest digest{};
  if (hex.size() != 2 * digest.size())
    return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const auto high = digit_of(hex[2 * i]);
    const auto low = digit_of(hex[2 * i + 1]);
    if (high < 0 || low < 0)
      return std::nullopt;
    digest.at(i) = static_cast<std::uint8_t>(high * 16 + low);
  }
  return digest;
}

constexpr bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '.' || c == '_'
         || c == '-';
}

/// Takes one line. What is wrong with it; empty when all is well. No word of it is shown: any may
/// be a token, in the wrong place or not hashed.
std::string take_line(std::string_view line, std::vector<token_entry>& entries) {
  auto rest = line.substr(0, line.find('#'));
  const auto name = take_word(rest);
  if (name.empty())
    return {};
  token_entry entry;
  if (auto problem = problem_of_token_name(name); !problem.empty())
    return problem;
  entry.access.name = name;
  const auto digest = digest_from(take_word(rest));
  if (!digest)
    return "behind the name comes the SHA-256 of the token, 64 hexadecimal digits";
  entry.digest = *digest;
  const auto rights = take_word(rest);
  if (auto problem = take_rights(rights, entry.access); !problem.empty())
    return problem;
  if (!trimmed(rest).empty())
    return "a line is NAME SHA-256 RIGHTS, and the rights have no blanks between them";
  entries.push_back(std::move(entry));
  return {};
}

} // namespace

std::string problem_of_token_name(std::string_view name) {
  if (!name.empty() && name.size() <= max_token_name
      && std::all_of(name.begin(), name.end(), in_name))
    return {};
  return "a name has 1 to " + std::to_string(max_token_name) + " of A-Z a-z 0-9 . _ -";
}

std::string take_rights(std::string_view list, client_access& access) {
  for (auto rest = list; !list.empty();) {
    const auto comma = rest.find(',');
    const auto right = rest.substr(0, comma);
    if (!add_right(access, right))
      return "rights are some of submit, read, admin and all, with commas and without blanks";
    if (comma == std::string_view::npos)
      break;
    rest.remove_prefix(comma + 1);
  }
  if (!access.submit && !access.read && !access.admin)
    return "no rights: give some of submit, read and admin, with commas";
  return {};
}

std::string token_line(const token_entry& entry) {
  constexpr std::string_view digits = "0123456789abcdef";
  auto line = entry.access.name + ' ';
  for (const auto byte : entry.digest)
    line.append({digits[byte >> 4U], digits[byte & 15U]});
  return line + ' ' + rights_text(entry.access);
}

token_table parse_tokens(std::string_view text, const std::string& file) {
  token_table table;
  std::set<token_digest> known;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r')
      line.remove_suffix(1);
    const auto before = table.entries.size();
    auto problem = take_line(line, table.entries);
    const bool taken = table.entries.size() > before;
    if (taken && !known.insert(table.entries.back().digest).second)
      problem = "this token stands on an earlier line already";
    if (taken && table.entries.size() > max_tokens)
      problem = "more than " + std::to_string(max_tokens) + " tokens";
    if (!problem.empty())
      return {{}, file + ':' + std::to_string(number) + ": " + problem};
  }
  if (table.entries.empty())
    table.problem = file + ": there is no token in it, so that nobody could do anything";
  return table;
}

} // namespace evenkeel::core
