// The file of tokens: its lines, and what is wrong with them.
#include "actors/core/token_table.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace evenkeel::core;

namespace {

/// 64 hexadecimal digits that begin with these two.
std::string digest(const std::string& first = "00") {
  return first + std::string(62, 'a');
}

std::string problem(const std::string& text) {
  return parse_tokens(text, "tokens").problem;
}

} // namespace

TEST_CASE("a line is a name, a digest and rights") {
  const auto table =
      parse_tokens("# who may what\n\n  ana " + digest("0f") + " submit,read # hers\r\n" + "ops\t"
                       + digest("FF") + "\tread,admin,all",
                   "tokens");
  CHECK(table.problem.empty());
  REQUIRE(table.entries.size() == 2);
  CHECK(table.entries[0].access == client_access{"ana", true, true, false, false});
  CHECK(table.entries[0].digest[0] == 0x0f);
  CHECK(table.entries[0].digest[31] == 0xaa);
  CHECK(table.entries[1].access == client_access{"ops", false, true, true, true});
  CHECK(table.entries[1].digest[0] == 0xff);
}

TEST_CASE("a token line reads back as it was written") {
  token_entry entry;
  entry.access = {"ana-2.b_c", true, false, true, true};
  for (std::size_t i = 0; i < entry.digest.size(); ++i)
    entry.digest.at(i) = static_cast<std::uint8_t>(9 * i);
  const auto table = parse_tokens(token_line(entry), "tokens");
  REQUIRE(table.entries.size() == 1);
  CHECK(table.entries[0] == entry);
}

TEST_CASE("several tokens may have one name, but no token two lines") {
  CHECK(problem("ana " + digest("01") + " read\nana " + digest("02") + " submit\n").empty());
  CHECK(problem("ana " + digest() + " read\nbob " + digest() + " read\n")
        == "tokens:2: this token stands on an earlier line already");
}

TEST_CASE("a mistake is named with its line") {
  const auto good = "ana " + digest() + " read\n";
  CHECK(problem(good + "a/b " + digest("01") + " read")
        == "tokens:2: a name has 1 to 64 of A-Z a-z 0-9 . _ -");
  CHECK(problem(std::string(65, 'n') + ' ' + digest() + " read").starts_with("tokens:1: "));
  CHECK(problem(good + "\nbob")
        == "tokens:3: behind the name comes the SHA-256 of the token, 64 "
           "hexadecimal digits");
  CHECK(problem("bob " + digest() + " read,write")
        == "tokens:1: rights are some of submit, read, admin and all, with commas and without "
           "blanks");
  CHECK(problem("bob " + digest() + " read,").starts_with("tokens:1: rights are"));
  for (const auto* none : {"", " all"})
    CHECK(problem("bob " + digest() + none)
          == "tokens:1: no rights: give some of submit, read and admin, with commas");
  CHECK(problem("bob " + digest() + " read, submit").starts_with("tokens:1: "));
  CHECK(problem("bob " + digest() + " read submit").starts_with("tokens:1: a line is"));
}

TEST_CASE("a token that nobody hashed is not shown") {
  for (const auto& secret : {std::string{"ek_hush"}, std::string(64, 'h'), std::string(63, 'a')}) {
    for (const auto& line : {"bob " + secret + " read", '=' + secret + " bob read",
                             "bob " + digest() + ' ' + secret}) {
      const auto text = problem(line);
      CHECK_FALSE(text.empty());
      CHECK(text.find(secret) == std::string::npos);
    }
  }
}

TEST_CASE("a file without tokens is a problem") {
  CHECK(problem("# nobody\n").starts_with("tokens: "));
  CHECK(problem("").starts_with("tokens: "));
}

TEST_CASE("there are only so many tokens") {
  std::string text;
  const auto hex = [](std::size_t n) {
    constexpr auto digits = "0123456789abcdef";
    std::string out;
    for (int shift = 12; shift >= 0; shift -= 4)
      out += digits[(n >> static_cast<unsigned>(shift)) & 15U];
    return out + std::string(60, '0');
  };
  for (std::size_t i = 0; i < max_tokens; ++i)
    text += "n " + hex(i) + " read\n";
  CHECK(problem(text).empty());
  CHECK(problem(text + "n " + hex(max_tokens) + " read\n")
        == "tokens:10001: more than 10000 tokens");
}
