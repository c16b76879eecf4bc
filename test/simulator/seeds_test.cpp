// Whole clusters from seeds. EVENKEEL_SEED=n runs one alone and prints what happens;
// EVENKEEL_SEEDS=first-last runs others than usual.
#include "simulator/simulation.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>
#include <string>

using namespace evenkeel::simulator;

TEST_CASE("with faults that are named, the themes that know none promise no more than others") {
  for (const std::uint64_t seed : {9, 17, 25}) {
    auto with = draw_knobs(seed);
    name_faults(with, {fault::kill_node, fault::wipe_proxy});
    CHECK(with.about != theme::tail);
    CHECK(with.about != theme::molasses);
    CHECK(simulation{with}.run().breach == "");
  }
}

TEST_CASE("no seed breaks a promise") {
  std::uint64_t first = 1;
  std::uint64_t last = EVENKEEL_SEED_COUNT;
  std::ostream* trace = nullptr;
  if (const auto* one = std::getenv("EVENKEEL_SEED")) {
    first = last = std::stoull(one);
    trace = &std::cout;
  }
  if (const auto* range = std::getenv("EVENKEEL_SEEDS")) {
    const std::string text{range};
    first = std::stoull(text);
    last = std::stoull(text.substr(text.find('-') + 1));
  }
  std::uint64_t home_calls = 0;
  for (auto seed = first; seed <= last; ++seed) {
    simulation world{draw_knobs(seed)};
    world.trace = trace;
    const auto result = world.run();
    home_calls += result.home_calls;
    if (!result.breach.empty())
      std::cout << "seed " << seed << ": " << result.breach << std::endl;
    CHECK_MESSAGE(result.breach == "", "evenkeel sim --seed " << seed);
  }
  if (last - first >= 100)
    CHECK(home_calls > last - first); // on average; else nothing is said of them
}
