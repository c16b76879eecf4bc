#include "actors/jobs/process_identity.hpp"

#include "actors/jobs/descriptor.hpp"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

namespace evenkeel::jobs {

namespace {

/// Takes the next word off `rest`.
std::string_view next_word(std::string_view& rest) {
  const auto first = rest.find_first_not_of(' ');
  if (first == std::string_view::npos)
    return {};
  rest.remove_prefix(first);
  const auto word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  return word;
}

template <class Number>
bool parse(std::string_view word, Number& number) {
  return std::from_chars(word.data(), word.data() + word.size(), number).ec == std::errc{};
}

/// `pid (name) state ppid pgrp ... flags(9th) ... starttime(22nd) ...`; the name may hold spaces
/// and parentheses.
std::optional<process_stat> parse_stat(std::string_view text) {
  const auto name_end = text.rfind(')');
  if (name_end == std::string_view::npos)
    return std::nullopt;
  auto rest = text.substr(name_end + 1);
  process_stat stat;
  const auto state = next_word(rest);
  if (state.empty() || !parse(next_word(rest), stat.parent) || !parse(next_word(rest), stat.group))
    return std::nullopt;
  stat.state = state.front();
  const auto skip = [&rest](int words) {
    for (; words > 0; --words)
      next_word(rest);
  };
  constexpr std::uint32_t kernel_thread = 0x00200000; // PF_KTHREAD
  std::uint32_t flags = 0;
  skip(9 - 6); // session, terminal, its group
  if (!parse(next_word(rest), flags))
    return std::nullopt;
  stat.of_kernel = (flags & kernel_thread) != 0;
  skip(22 - 10);
  if (!parse(next_word(rest), stat.start_ticks))
    return std::nullopt;
  return stat;
}

} // namespace

const std::string& current_boot_id() {
  static const std::string id = [] {
    auto text = read_proc_file("/proc/sys/kernel/random/boot_id").value_or("");
    while (!text.empty() && text.back() == '\n')
      text.pop_back();
    return text;
  }();
  return id;
}

std::optional<process_stat> read_process_stat(pid_t pid) {
  const auto text = read_proc_file("/proc/" + std::to_string(pid) + "/stat");
  return text ? parse_stat(*text) : std::nullopt;
}

std::optional<std::string> read_proc_file(const std::string& path) {
  const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file.valid())
    return std::nullopt;
  std::string text;
  std::array<char, 4096> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init)
  for (;;) {
    const auto size = ::read(file.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR)
      continue;
    if (size < 0)
      return std::nullopt;
    if (size == 0)
      return text;
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

} // namespace evenkeel::jobs
