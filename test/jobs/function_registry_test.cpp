#include "actors/jobs/function_registry.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace evenkeel::jobs;

namespace {

std::string shout(const std::string& arguments) {
  return arguments + "!";
}

const function_registration registered{"test.shout", shout};

std::string call(const std::string& name, const std::string& arguments) {
  const auto function = function_registry::global().find(name);
  REQUIRE(function);
  return function(arguments);
}

} // namespace

TEST_CASE("the built-in functions are there from the start, in alphabetical order") {
  const function_registry fresh;
  CHECK(fresh.names() == std::vector<std::string>{"echo", "noop", "primes", "wordcount"});
}

TEST_CASE("a statically registered function is found by its name") {
  CHECK(call("test.shout", "land") == "land!");
}

TEST_CASE("an unknown function is an empty one") {
  CHECK_FALSE(function_registry{}.find("nosuch"));
}

TEST_CASE("noop returns nothing and echo returns its arguments") {
  CHECK(call("noop", "anything") == "");
  CHECK(call("echo", std::string("a\0b\n", 4)) == std::string("a\0b\n", 4));
}

TEST_CASE("primes counts the primes below its argument") {
  CHECK(call("primes", "0") == "0");
  CHECK(call("primes", "2") == "0");
  CHECK(call("primes", "3") == "1");
  CHECK(call("primes", "11") == "4");
  CHECK(call("primes", "12") == "5");
  CHECK(call("primes", " 100\n") == "25");
  CHECK(call("primes", "1000000") == "78498");
}

TEST_CASE("primes refuses what is no number and what is too large, with a reason") {
  for (const auto* bad : {"", " ", "ten", "-1", "+1", "1 2", "1.5", "0x10"})
    CHECK_THROWS_AS(call("primes", bad), std::invalid_argument);
  CHECK_THROWS_WITH(call("primes", "50000001"), "primes: too large, at most 50000000: 50000001");
  CHECK_THROWS_WITH(call("primes", "99999999999999999999"),
                    "primes: too large, at most 50000000: 99999999999999999999");
}

TEST_CASE("wordcount counts runs of anything that is not white space") {
  CHECK(call("wordcount", "") == "0");
  CHECK(call("wordcount", " \n\t ") == "0");
  CHECK(call("wordcount", "one") == "1");
  CHECK(call("wordcount", "  one two\nthree\t") == "3");
}

TEST_CASE("a name is registered once and the first function stays") {
  function_registry registry;
  CHECK(registry.register_function("mine", shout) == registration::added);
  CHECK(registry.register_function("mine", [](const std::string&) { return std::string("other"); })
        == registration::name_taken);
  CHECK(registry.find("mine")("a") == "a!");
}

TEST_CASE("bad names and empty functions are refused") {
  function_registry registry;
  for (const std::string& bad : {std::string(), std::string("Upper"), std::string("a b"),
                                 std::string("a/b"), std::string(65, 'a')})
    CHECK(registry.register_function(bad, shout) == registration::bad_name);
  CHECK(registry.register_function(std::string(64, 'a'), shout) == registration::added);
  CHECK(registry.register_function("empty", nullptr) == registration::no_function);
  CHECK_THROWS_AS((function_registration{"Not Valid", shout}), std::invalid_argument);
  CHECK_THROWS_AS((function_registration{"echo", shout}), std::invalid_argument);
}
