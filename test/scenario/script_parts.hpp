// Scripts of one line behind the start of a cluster, and what the parser says to them.
#pragma once

#include "scenario/script.hpp"

#include <doctest/doctest.h>

#include <string>
#include <variant>

namespace evenkeel::test {

inline const std::string cluster_of_three = "start proxy\nstart a b c\n";

/// The last step of a script that begins with a cluster of three.
template <class Step>
Step last(const std::string& line) {
  const auto all = scenario::parse(cluster_of_three + line + '\n');
  REQUIRE_FALSE(all.steps.empty());
  REQUIRE(std::holds_alternative<Step>(all.steps.back().what));
  return std::get<Step>(all.steps.back().what);
}

/// What is wrong with a line behind such a beginning; it is the third.
inline std::string problem(const std::string& line) {
  try {
    scenario::parse(cluster_of_three + line + '\n');
  } catch (const scenario::syntax_error& error) {
    CHECK(error.line == 3);
    return error.what();
  }
  return "nothing";
}

inline bool has(const std::string& text, const std::string& piece) {
  INFO(text);
  return text.find(piece) != std::string::npos;
}

} // namespace evenkeel::test
