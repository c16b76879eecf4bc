#include "messages/ticket.hpp"

#include <doctest/doctest.h>

#include <cctype>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace evenkeel;

namespace {

const std::string digits = "0123456789abcdefghjkmnpqrstvwxyz";

/// Tickets of every length.
std::vector<ticket> samples() {
  std::vector<ticket> result;
  for (const std::string code : {"k7m2q", "a0000", "zzzzz"}) {
    result.push_back({code, std::numeric_limits<std::uint64_t>::max()});
    for (std::uint64_t sequence = 1; sequence < 1ULL << 60U; sequence = sequence * 7 + 3)
      result.push_back({code, sequence});
  }
  return result;
}

std::string upper(std::string text) {
  for (auto& c : text)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

} // namespace

TEST_CASE("a ticket survives its text") {
  for (const auto& sample : samples())
    CHECK(ticket_from_text(to_text(sample)) == sample);
}

TEST_CASE("a ticket has at most 20 characters") {
  for (const auto& sample : samples())
    CHECK(to_text(sample).size() <= 20);
}

TEST_CASE("a ticket keeps its text for ever") {
  CHECK(to_text({"k7m2q", 1}) == "k7m2q-1q");
}

TEST_CASE("a ticket may be typed in upper case") {
  for (const auto& sample : samples())
    CHECK(ticket_from_text(upper(to_text(sample))) == sample);
}

TEST_CASE("O reads as 0, and I and L read as 1") {
  const ticket sample{"a0101", 32U * 32U + 1U};
  auto text = to_text(sample);
  REQUIRE(text.substr(0, 9) == "a0101-101");
  for (const std::string look_alikes : {"aoioi-ioi", "aOlOL-lOI", "AoLoI-LoL"}) {
    text.replace(0, 9, look_alikes);
    CHECK(ticket_from_text(text) == sample);
  }
}

TEST_CASE("no single wrong character makes another ticket") {
  for (const auto& sample : samples()) {
    const auto text = to_text(sample);
    for (std::size_t place = 0; place < text.size(); ++place)
      for (const char wrong : digits + "-u! ") {
        auto typed = text;
        typed[place] = wrong;
        if (wrong != text[place])
          REQUIRE_MESSAGE(!ticket_from_text(typed), typed);
      }
  }
}

TEST_CASE("no swap of two different characters makes another ticket") {
  for (const auto& sample : samples()) {
    const auto text = to_text(sample);
    for (std::size_t left = 0; left < text.size(); ++left)
      for (std::size_t right = left + 1; right < text.size(); ++right) {
        auto typed = text;
        std::swap(typed[left], typed[right]);
        if (typed != text)
          REQUIRE_MESSAGE(!ticket_from_text(typed), typed);
      }
  }
}

TEST_CASE("text of another shape is no ticket") {
  for (const std::string text : {"", "-", "k7m2q", "k7m2q-", "k7m2q-1", "k7m2-12", "k7m2q1234",
                                 "k7m2qx-12", "k7m2q--12", "k7m2q-0123456789abcdef", "12345-678"})
    CHECK_FALSE(ticket_from_text(text));
}

TEST_CASE("a sequence has no leading zero and fits into 64 bits") {
  for (const char check : digits) {
    CHECK_FALSE(ticket_from_text(std::string{"k7m2q-01"} + check));
    CHECK_FALSE(ticket_from_text(std::string{"k7m2q-0"} + check));
    CHECK_FALSE(ticket_from_text(std::string{"k7m2q-g000000000000"} + check));
    CHECK_FALSE(ticket_from_text(std::string{"k7m2q-10000000000000"} + check));
  }
}

TEST_CASE("a ledger code is five characters that begin with a letter other than r") {
  CHECK(valid_ledger_code("k7m2q"));
  for (const std::string code : {"", "k7m2", "k7m2qq", "07m2q", "r7m2q", "K7m2q", "k7m2o", "k7m2i",
                                 "k7m2l", "k7m2u", "i7m2q", "k7-2q"})
    CHECK_FALSE(valid_ledger_code(code));
}

TEST_CASE("every code derived from a ledger is valid, and the attempts differ") {
  for (std::uint64_t low = 0; low < 1'000; ++low) {
    std::set<std::string> codes;
    for (std::uint32_t attempt = 0; attempt < 4; ++attempt) {
      const auto code = ledger_code(0x1234'5678, low, attempt);
      CHECK(valid_ledger_code(code));
      codes.insert(code);
    }
    CHECK(codes.size() == 4);
  }
}

TEST_CASE("the codes of a ledger are the same on every machine") {
  CHECK(ledger_code(1, 2, 0) == "cv7bv");
}
