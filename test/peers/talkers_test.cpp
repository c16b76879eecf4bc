#include "bench/peers/talkers.hpp"

#include "bench/peers/payload.hpp"

#include <doctest/doctest.h>

using namespace evenkeel::bench;

namespace {

/// Gives it all these bytes, one more at a time, and counts operations that are over.
int finished_by(talker& one, std::string_view bytes, std::string& out) {
  int finished = 0;
  std::string in;
  for (const char byte : bytes) {
    in += byte;
    const auto done = one.take(in, out);
    in.erase(0, done.bytes);
    finished += done.finished ? 1 : 0;
  }
  CHECK(in.empty());
  return finished;
}

int finished_by(talker& one, std::string_view bytes) {
  std::string ignored;
  return finished_by(one, bytes, ignored);
}

constexpr std::string_view first_id = "000007000000000001"; ///< client 7's first job

std::string gearman_response(char type, const std::string& data) {
  return std::string("\0RES\0\0\0", 7) + type + std::string("\0\0\0", 3)
         + static_cast<char>(data.size()) + data;
}

} // namespace

TEST_CASE("a job has 100 bytes and tells its client and number") {
  payload jobs{7};
  const std::string first{jobs.next()};
  CHECK(first.size() == payload::size);
  CHECK(jobs.id() == first_id);
  for (int i = 0; i < 9; ++i)
    jobs.next();
  CHECK(jobs.id() == "000007000000000010");
  CHECK(client_of(first) == "000007");
}

TEST_CASE("an Evenkeel round trip is over with the result of its ticket") {
  const auto one = evenkeel_client(task::roundtrip, 7, noop_job);
  std::string out;
  one->begin(out);
  CHECK(out.starts_with("CALL -- noop 000007000000000001"));
  CHECK(out.ends_with("\nWAIT LAST\n"));
  CHECK(finished_by(*one, "+OK ticket=a-1\n+OK ticket=a-1 state=done out=2 bytes=2\nhi\n") == 1);
}

TEST_CASE("an Evenkeel client takes no error, and no other ticket's result") {
  const auto one = evenkeel_client(task::submit, 7, noop_job);
  CHECK_THROWS_AS(finished_by(*one, "-BUSY for now\n"), wrong_reply);
  const auto other = evenkeel_client(task::roundtrip, 7, noop_job);
  CHECK_THROWS_AS(finished_by(*other, "+OK ticket=a-1\n+OK ticket=a-2 state=done bytes=0\n\n"),
                  wrong_reply);
}

TEST_CASE("a beanstalkd client greets, and takes the result of its own job") {
  const auto one = beanstalkd_client(task::roundtrip, 7);
  std::string out;
  CHECK(one->greet(out));
  CHECK(finished_by(*one, "USING jobs\r\nWATCHING 2\r\nWATCHING 1\r\n") == 1);
  one->begin(out);
  CHECK(finished_by(*one, "INSERTED 1\r\nRESERVED 2 18\r\n" + std::string(first_id) + "\r\n") == 1);
  out.clear();
  one->begin(out);
  CHECK(out.starts_with("delete 2\r\nput 0 0 60 100\r\n"));
  CHECK_THROWS_AS(finished_by(*one, "DELETED\r\nINSERTED 3\r\nRESERVED 4 18\r\n"
                                        + std::string(first_id) + "\r\n"),
                  wrong_reply);
}

TEST_CASE("a beanstalkd worker answers in the tube of the job's client") {
  const auto one = beanstalkd_worker();
  std::string out;
  one->begin(out);
  payload jobs{7};
  out.clear();
  finished_by(*one, "RESERVED 5 100\r\n" + std::string(jobs.next()) + "\r\n", out);
  CHECK(out
        == "use r000007\r\nput 0 0 60 18\r\n" + std::string(first_id)
               + "\r\ndelete 5\r\nreserve\r\n");
}

TEST_CASE("a Redis round trip is over with the element of the client's list") {
  const auto one = redis_client(task::roundtrip, 7);
  std::string out;
  one->begin(out);
  CHECK(finished_by(*one, ":1\r\n*2\r\n$7\r\nr000007\r\n$18\r\n" + std::string(first_id) + "\r\n")
        == 1);
  CHECK_THROWS_AS(finished_by(*one, "-MISCONF no disk\r\n"), wrong_reply);
}

TEST_CASE("a Redis worker pushes the job's id to its client's list") {
  const auto one = redis_worker();
  std::string out;
  payload jobs{7};
  finished_by(*one, "*2\r\n$4\r\njobs\r\n$100\r\n" + std::string(jobs.next()) + "\r\n", out);
  CHECK(out.starts_with("*3\r\n$5\r\nLPUSH\r\n$7\r\nr000007\r\n$18\r\n" + std::string(first_id)));
}

TEST_CASE("a gearman round trip is over with its result") {
  const auto one = gearman_client(task::roundtrip, 7);
  std::string out;
  one->begin(out);
  CHECK(finished_by(*one, gearman_response(8, "H:1")) == 0);
  const auto handle = std::string("H:1") + '\0';
  CHECK(finished_by(*one, gearman_response(13, handle + std::string(first_id))) == 1);
  one->begin(out);
  CHECK(finished_by(*one, gearman_response(8, "H:2")) == 0);
  CHECK_THROWS_AS(finished_by(*one, gearman_response(13, handle + "another")), wrong_reply);
}

TEST_CASE("a gearman worker sleeps when there is no job, and asks again when it is woken") {
  const auto one = gearman_worker();
  std::string out;
  finished_by(*one, gearman_response(10, ""), out);
  CHECK(out == std::string("\0REQ\0\0\0\4\0\0\0\0", 12));
  out.clear();
  finished_by(*one, gearman_response(6, ""), out);
  CHECK(out == std::string("\0REQ\0\0\0\11\0\0\0\0", 12));
}
