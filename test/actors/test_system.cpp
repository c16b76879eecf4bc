#include "test/actors/test_system.hpp"

#include "actors/core/effects.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

namespace evenkeel {

namespace {

constexpr core::instant start_of_time{1'000'000'000, 1'700'000'000'000};
constexpr std::int64_t tick_ms = 50;

core::instant virtual_now = start_of_time;

} // namespace

core::instant read_clock() {
  return virtual_now;
}

namespace test {

test_system::config::config() {
  add_message_types<caf::id_block::evenkeel>();
  set("scheduler.policy", caf::atom("testing"));
}

test_system::test_system()
    : scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())) {
  virtual_now = start_of_time;
  spdlog::set_level(spdlog::level::off);
}

test_system::~test_system() {
  for (const auto& actor : actors_)
    caf::anon_send_exit(actor, caf::exit_reason::kill);
  run();
}

void test_system::advance(std::int64_t ms) {
  run();
  while (ms > 0) {
    const auto step = std::min(ms, tick_ms);
    virtual_now.steady_us += step * core::us_per_ms;
    virtual_now.wall_ms += step;
    scheduler_.advance_time(std::chrono::milliseconds(step));
    run();
    ms -= step;
  }
}

} // namespace test

} // namespace evenkeel
