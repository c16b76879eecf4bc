// evenkeel sim, and the seeds that evenkeel scenario has as well.
#include "cluster.hpp"

#include <doctest/doctest.h>

#include <sys/wait.h>

#include <cstdlib>
#include <string>
#include <vector>

using namespace evenkeel::test;

TEST_CASE("a seed is a whole number of 64 bits, with room for those that follow") {
  for (const auto* seed :
       {"18446744073709551616", "-1", "99999999999999999999999", "010", "0x10", "1.5", "seven"})
    for (const auto& command : {std::vector<std::string>{"sim"}, {"scenario", "x"}}) {
      auto words = command;
      words.insert(words.end(), {"--seed", seed});
      CHECK(has(refusal(words), "'" + std::string(seed)
                                    + "' is not a whole number from 0 to 18446744073709551615"));
    }
  CHECK(has(refusal({"sim", "--seed", "18446744073709551615", "--count", "2"}), "too large"));
  CHECK(has(refusal({"scenario", "x", "--seed", "18446744073709551615", "--repeat", "2"}),
            "too large"));
  CHECK(process{{"sim", "--seed", "18446744073709551615"}}.wait() == 0);
}

TEST_CASE("a fault that there is not is named with all that there are") {
  const auto said = refusal({"sim", "--faults", "kill-node,kill-everything"});
  CHECK(has(said, "there is no \"kill-everything\"; there are: none all kill-node"));
  CHECK(has(said, "poison"));
  CHECK(has(refusal({"sim", "--faults", "\x1b[31m"}), R"(there is no "\x1b[31m")"));
  CHECK(has(refusal({"sim", "--faults", "none,kill-node"}), "\"none\" stands alone"));
  CHECK(process{{"sim", "--faults", "none"}}.wait() == 0);
}

TEST_CASE("a figure that is no number is refused") {
  CHECK(has(refusal({"sim", "--minutes", "nan"}), "'nan' is not a number from 0.001 to"));
  CHECK(has(refusal({"scenario", "x", "--patience", "nan"}), "'nan' is not a number from 0.01 to"));
}

TEST_CASE("seeds are run by number or by time") {
  CHECK(has(refusal({"sim", "--count", "2", "--minutes", "1"}), "--count excludes --minutes"));
}

TEST_CASE("output that cannot be written is a failure") {
  const auto status = std::system(EVENKEEL_BINARY " sim >/dev/full 2>/dev/null");
  CHECK(WEXITSTATUS(status) == 1);
}
