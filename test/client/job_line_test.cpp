#include "client/job_line.hpp"

#include <doctest/doctest.h>

using evenkeel::client::problem_of_job_line;

TEST_CASE("submissions of one line are accepted in any case") {
  for (const auto* line :
       {"SUBMIT -- true", "submit once=1 -- cat bytes=3", "SLEEP 5", "CALL -- noop"})
    CHECK(problem_of_job_line(line).empty());
}

TEST_CASE("other requests and submissions with a body are refused with a hint") {
  CHECK(problem_of_job_line("STATUS t-1").find("SUBMIT, CALL or SLEEP") != std::string_view::npos);
  CHECK(problem_of_job_line("SUBMIT bytes=3 -- cat").find("bytes=3") != std::string_view::npos);
  CHECK(problem_of_job_line("SUBMIT until=EOF").find("until=EOF") != std::string_view::npos);
  CHECK(problem_of_job_line("SLEEP 5\nSLEEP 6") == "one line, please");
  CHECK_FALSE(problem_of_job_line("").empty());
}
