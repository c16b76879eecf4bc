#include "client/replies.hpp"

#include <doctest/doctest.h>

#include <string>

using evenkeel::client::find_field;
using evenkeel::client::reply_reader;

TEST_CASE("replies are cut out of the bytes wherever these were cut") {
  const std::string bytes = "+OK ticket=t-1\n-BUSY later\n+OK bytes=3 out=3\na\n.\n+OK count=2\n"
                            "a=1\tb=2\na=3\n.\n+OK count=0\n.\n+OK bye\n";
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    CAPTURE(size);
    reply_reader reader;
    std::string seen;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
      reader.feed(std::string_view(bytes).substr(at, size));
      while (const auto next = reader.next())
        seen += "<" + std::string(next->line) + "|" + std::string(next->body) + ">";
    }
    CHECK(seen
          == "<+OK ticket=t-1|><-BUSY later|><+OK bytes=3 out=3|a\n.><+OK count=2|a=1\tb=2\na=3\n>"
             "<+OK count=0|><+OK bye|>");
  }
}

TEST_CASE("a reply knows its code and its fields") {
  reply_reader reader;
  reader.feed("-NOT_READY ticket=t-1 not yet\n");
  const auto reply = reader.next();
  REQUIRE(reply);
  CHECK_FALSE(reply->ok());
  CHECK(reply->code() == "NOT_READY");
  CHECK(reply->field("ticket") == "t-1");
  CHECK(reply->field("tick").empty());
  CHECK(find_field("a=1\tb=\nc=3", "c") == "3");
  CHECK(find_field("a=1\tb=\nc=3", "b") == "");
}

TEST_CASE("what is not this protocol breaks the reader") {
  for (const auto* bytes : {"HTTP/1.1 200 OK\n", "+OK bytes=x\n", "+OK bytes=2\nabc\n"}) {
    reply_reader reader;
    reader.feed(bytes);
    CHECK_FALSE(reader.next());
    CHECK(reader.broken());
  }
}
