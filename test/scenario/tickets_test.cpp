#include "scenario/tickets.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace evenkeel;
using namespace evenkeel::scenario;

namespace {

struct told : ticket_book {
  told() { acknowledged("t-1", "a"); }
  verdict at(const std::string& node, std::string_view line, std::string_view body = {}) {
    return answered("t-1", node, client::reply{line, body});
  }
};

constexpr auto done = "+OK ticket=t-1 state=done exit=0 attempt=1 node=b bytes=2";

} // namespace

TEST_CASE("a result that is the same everywhere breaks no promise") {
  told book;
  CHECK(book.at("a", "-NOT_READY ticket=t-1 not yet") == verdict::not_ready);
  CHECK(book.at("a", done, "x\n") == verdict::result);
  CHECK(book.at("b", done, "x\n") == verdict::result);
  CHECK(book.at("b", "-UNAVAILABLE ticket=t-1 away") == verdict::refused);
  CHECK(book.breach().empty());
  CHECK(book.results() == 1);
  CHECK(book.without_result().empty());
}

TEST_CASE("a result that changes is a broken promise and both are shown") {
  told book;
  book.at("a", done, "x\n");
  book.at("b", "+OK ticket=t-1 state=done exit=0 attempt=2 node=c bytes=2", "x\n");
  CHECK(book.breach().find("attempt=1") != std::string::npos);
  CHECK(book.breach().find("attempt=2") != std::string::npos);
}

TEST_CASE("the same first line with other output is a broken promise") {
  told book;
  book.at("a", done, "x\n");
  book.at("a", done, "y\n");
  CHECK(book.breach().find("other output") != std::string::npos);
}

TEST_CASE("a ticket that is not found or given twice is a broken promise") {
  told lost;
  lost.at("a", "-NOT_FOUND ticket=t-1 no such job");
  CHECK(lost.breach().find("not found at a") != std::string::npos);
  told twice;
  twice.acknowledged("t-1", "b");
  CHECK(twice.breach() == "ticket t-1 was given twice");
}

TEST_CASE("tickets are known in the order in which they were given") {
  told book;
  book.acknowledged("t-2", "b");
  REQUIRE(book.all().size() == 2);
  CHECK(book.all()[1].ticket == "t-2");
  CHECK(book.all()[1].home == "b");
}
