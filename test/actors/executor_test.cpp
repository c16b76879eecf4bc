#include "actors/executor.hpp"

#include "test/actors/fake_owner.hpp"
#include "test/actors/slow_store.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace evenkeel::test {

namespace {

constexpr std::uint64_t first_link = 10;

std::string fail_always(const std::string& arguments) {
  throw std::runtime_error("no " + arguments);
}
std::string throw_a_number(const std::string&) {
  throw 7;
}

assignment call_of(std::uint64_t sequence, std::string function, std::string arguments = {}) {
  assignment job;
  job.what = {{{1, 2}, sequence}, {5, sequence}};
  job.attempt = 1;
  job.home_code = "k7m2q";
  job.spec.kind = job_kind::function;
  job.spec.text = std::move(function);
  job.spec.body = std::move(arguments);
  return job;
}
assignment sleep_of(std::uint64_t sequence, std::uint32_t ms) {
  auto job = call_of(sequence, {});
  job.spec.kind = job_kind::sleep;
  job.spec.sleep_ms = ms;
  return job;
}

/// An executor with two slots whose link stands.
class executor_fixture {
public:
  test_system world;
  slow_store disk{world};
  std::shared_ptr<owner_record> heard = std::make_shared<owner_record>();
  jobs::function_registry functions;
  executor_actor actor;

  executor_fixture() {
    functions.register_function("fail", fail_always);
    functions.register_function("throw-a-number", throw_a_number);
    core::executor_settings settings;
    settings.node = "anna";
    settings.process = {1, 70};
    settings.slots = 2;
    settings.functions = functions.names();
    executor_parts parts;
    parts.queue = std::make_shared<core::executor_queue>(settings);
    parts.store = disk.address;
    parts.node = world.spawn(fake_owner, heard);
    parts.node_name = "anna";
    parts.slots = 2;
    parts.capture_limit = 10;
    parts.functions = &functions;
    parts.spawn_runner = [this] { return world.spawn(function_runner, std::size_t{10}); };
    actor = world.spawn(executor, std::move(parts));
    caf::anon_send(actor, core::link_up{first_link, "k7m2q", {}});
    world.run();
  }

  /// The node's ticks are among what happens.
  void advance(std::int64_t ms) {
    constexpr std::int64_t tick_ms = 100;
    for (; ms > 0; ms -= tick_ms) {
      world.advance(std::min(ms, tick_ms));
      caf::anon_send(actor, tick_atom::value);
      world.run();
    }
  }

  template <class Content>
  void tell(Content content) {
    caf::anon_send(actor, core::from_proxy{first_link, std::move(content)});
    world.run();
  }
  void assign(std::vector<assignment> batch) { tell(assign_batch{0, std::move(batch)}); }
  std::vector<job_result> results() const {
    std::vector<job_result> all;
    for (const auto& batch : heard->all<result_batch>())
      for (const auto& item : batch.results)
        all.push_back(item.result);
    return all;
  }
  std::vector<released_attempt> releases() const {
    std::vector<released_attempt> all;
    for (const auto& batch : heard->all<release_batch>())
      all.insert(all.end(), batch.attempts.begin(), batch.attempts.end());
    return all;
  }
};

} // namespace

TEST_CASE_FIXTURE(executor_fixture, "a function runs and its result is sent to the proxy") {
  assign({call_of(1, "echo", "a text")});
  REQUIRE(results().size() == 1);
  const auto result = results()[0];
  CHECK(result.how == outcome::done);
  CHECK(result.out == "a text");
  CHECK(result.node == "anna");
  CHECK(result.assigned == fence{5, 1});
  CHECK(heard->messages.back().link == first_link);
}

TEST_CASE_FIXTURE(executor_fixture, "a job starts and its result leaves only after their commits") {
  disk.hold();
  assign({call_of(1, "noop")});
  advance(300);
  CHECK(disk.held() == 1); // what was assigned
  CHECK(results().empty());
  disk.let_go();
  advance(300);
  CHECK(disk.held() == 1); // what became of it
  CHECK(results().empty());
  disk.let_go();
  world.run();
  CHECK(results().size() == 1);
}

TEST_CASE_FIXTURE(executor_fixture, "a result stays on disk until its home has it") {
  assign({call_of(1, "noop")});
  auto held = disk.records<record::held_attempt>();
  REQUIRE(held.size() == 1);
  CHECK(held[0].finished);
  tell(result_ack{{call_of(1, "noop").what}});
  CHECK(disk.records<record::held_attempt>().empty());
}

TEST_CASE_FIXTURE(executor_fixture, "a function that throws fails its job alone") {
  assign({call_of(1, "fail", "luck"), call_of(2, "throw-a-number"), call_of(3, "echo", "fine")});
  REQUIRE(results().size() == 3);
  CHECK(results()[0].how == outcome::failed);
  CHECK(results()[0].reason == "no luck");
  CHECK(results()[0].exit_code == 1);
  CHECK(results()[1].how == outcome::failed);
  CHECK_FALSE(results()[1].reason.empty());
  CHECK(results()[2].how == outcome::done);
}

TEST_CASE_FIXTURE(executor_fixture, "of a long output only the beginning is kept") {
  assign({call_of(1, "echo", "0123456789abc")});
  REQUIRE(results().size() == 1);
  CHECK(results()[0].out == "0123456789");
  CHECK(results()[0].out_truncated);
}

TEST_CASE_FIXTURE(executor_fixture, "a function that is not here is refused") {
  assign({call_of(1, "unknown")});
  REQUIRE(releases().size() == 1);
  CHECK(releases()[0].reason == release_reason::refused);
  CHECK(results().empty());
}

TEST_CASE_FIXTURE(executor_fixture, "a sleep ends when its time is over") {
  const auto began_ms = read_clock().wall_ms;
  assign({sleep_of(1, 2000)});
  advance(1950);
  CHECK(results().empty());
  advance(50);
  REQUIRE(results().size() == 1);
  const auto result = results()[0];
  CHECK(result.how == outcome::done);
  CHECK(result.started_ms == began_ms);
  CHECK(result.ended_ms == began_ms + 2000);
  CHECK_FALSE(result.out.empty());
}

TEST_CASE_FIXTURE(executor_fixture, "as many jobs run as there are slots") {
  assign({sleep_of(1, 1000), sleep_of(2, 1000), sleep_of(3, 1000)});
  advance(1000);
  CHECK(results().size() == 2);
  advance(1000);
  CHECK(results().size() == 3);
}

TEST_CASE_FIXTURE(executor_fixture, "a sleep that was stopped is released at once, and once") {
  assign({sleep_of(1, 2000)});
  tell(stop_batch{{sleep_of(1, 0).what}});
  REQUIRE(releases().size() == 1);
  CHECK(releases()[0].reason == release_reason::stopped);
  advance(5000); // past its timer
  CHECK(results().empty());
  CHECK(releases().size() == 1);
}

TEST_CASE_FIXTURE(executor_fixture, "jobs run on without a link, and results wait for the next") {
  assign({sleep_of(1, 1000)});
  caf::anon_send(actor, core::link_down{first_link});
  advance(2000);
  CHECK(results().empty());
  caf::anon_send(actor, core::link_up{first_link + 1, "k7m2q", {}});
  world.run();
  CHECK(results().size() == 1);
  CHECK(heard->messages.back().link == first_link + 1);
}

TEST_CASE_FIXTURE(executor_fixture, "the node hears of the load when it has changed") {
  assign({sleep_of(1, 1000), sleep_of(2, 1000), sleep_of(3, 1000)});
  advance(200);
  REQUIRE(heard->loads.size() == 1);
  CHECK(heard->loads[0].running == 2);
  CHECK(heard->loads[0].queued == 1);
  advance(2500);
  CHECK(heard->loads.back().running == 0);
  CHECK(heard->loads.back().done == 3);
}

TEST_CASE_FIXTURE(executor_fixture, "R9: the node hears how long commits have been waiting") {
  disk.hold();
  assign({call_of(1, "noop")});
  advance(1000);
  REQUIRE_FALSE(heard->loads.empty());
  CHECK(heard->loads.back().commit_lag_ms == 1000);
  disk.open_up();
  advance(100);
  CHECK(heard->loads.back().commit_lag_ms == 0);
}

TEST_CASE_FIXTURE(executor_fixture,
                  "R4: a clean stop interrupts what runs and is done when that is written") {
  assign({sleep_of(1, 1'000'000), sleep_of(2, 1'000'000), sleep_of(3, 1'000'000)});
  disk.hold();
  caf::anon_send(actor, stop_atom::value);
  advance(500);
  CHECK(heard->done == 0);
  disk.open_up();
  world.run();
  CHECK(heard->done > 0);
  CHECK(results().empty());
  REQUIRE(releases().size() == 3);
  int interrupted = 0;
  for (const auto& release : releases())
    interrupted += release.reason == release_reason::interrupted ? 1 : 0;
  CHECK(interrupted == 2);
}

TEST_CASE_FIXTURE(executor_fixture, "a clean stop with nothing to do is done at once") {
  caf::anon_send(actor, stop_atom::value);
  world.run();
  CHECK(heard->done == 1);
}

TEST_CASE_FIXTURE(executor_fixture, "R4: a clean stop waits for what is about to start") {
  disk.hold();
  assign({call_of(1, "noop"), sleep_of(2, 1'000'000)});
  caf::anon_send(actor, stop_atom::value);
  advance(500);
  CHECK(heard->done == 0);
  disk.open_up();
  world.run();
  CHECK(heard->done > 0);
  CHECK(results().empty());
  REQUIRE(releases().size() == 2);
  CHECK(releases()[0].reason == release_reason::interrupted);
  CHECK(releases()[1].reason == release_reason::interrupted);
}

TEST_CASE_FIXTURE(executor_fixture, "R18: home calls run and are told of without the disk") {
  disk.hold();
  caf::anon_send(actor, core::run_home_calls{{{1, 5, "echo", "a text"}, {2, 5, "fail", "luck"}}});
  world.run();
  CHECK(disk.held() == 0);
  const auto& ended = heard->home_calls.ended;
  REQUIRE(ended.size() == 2);
  CHECK(ended[0].number == 1);
  CHECK(ended[0].result.out == "a text");
  CHECK(ended[0].result.how == outcome::done);
  CHECK(ended[0].result.started_ms > 0);
  CHECK(ended[1].number == 2);
  CHECK(ended[1].result.how == outcome::failed);
  CHECK(ended[1].result.reason == "no luck");
  CHECK(results().empty());
  advance(200);
  CHECK(heard->loads.back().home_calls_done == 2);
  CHECK(heard->loads.back().done == 0);
}

TEST_CASE_FIXTURE(executor_fixture, "home calls that find no slot, or a stop, are given back") {
  assign({sleep_of(1, 1'000'000), sleep_of(2, 1'000'000)});
  caf::anon_send(actor, core::run_home_calls{{{1, 5, "noop", {}}}});
  world.run();
  CHECK(heard->home_calls.declined == std::vector<std::uint64_t>{1});
  caf::anon_send(actor, stop_atom::value);
  world.run();
  caf::anon_send(actor, core::run_home_calls{{{2, 5, "noop", {}}}});
  world.run();
  CHECK(heard->home_calls.declined == std::vector<std::uint64_t>{1, 2});
}

} // namespace evenkeel::test
