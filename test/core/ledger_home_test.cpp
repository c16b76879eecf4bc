// Short calls that their home runs itself: which they are, what they leave, and what becomes of one
// that is not short after all.
#include "test/core/ledger_fixture.hpp"

namespace evenkeel::core {

namespace {

job_spec call(std::string function, std::string arguments = {}) {
  job_spec spec;
  spec.kind = job_kind::function;
  spec.text = std::move(function);
  spec.body = std::move(arguments);
  return spec;
}

cluster_settings with_home_calls(std::uint32_t limit_us = 1'000) {
  cluster_settings settings;
  settings.home_call_us = limit_us;
  return settings;
}

job_result no_time() {
  auto result = result_of("");
  result.started_ms = result.ended_ms;
  return result;
}

/// Linked, and three calls of `echo` have come home that took no time.
class home_scene : public ledger_scene {
public:
  explicit home_scene(std::uint32_t limit_us = 1'000, const ledger_limits& limits = {})
      : ledger_scene{limits, {"anna", {"echo", "slow"}}} {
    link_up(with_home_calls(limit_us));
    see("echo", 0);
  }
  void see(const std::string& function, std::int64_t took_ms, int times = 3) {
    for (int i = 0; i < times; ++i) {
      const auto sequence = submit(call(function));
      auto result = result_of("", now.wall_ms);
      result.started_ms = now.wall_ms - took_ms;
      finish(sequence, result);
    }
  }
  /// The answer is to come.
  requester call_at_home(const std::string& arguments = "text") {
    client_request request;
    request.kind = request_kind::submit;
    request.spec = call("echo", arguments);
    const auto from = ask(request);
    REQUIRE(home_calls().size() == 1);
    return from;
  }
  void end(std::uint64_t number, const std::string& out = "out", std::int64_t took_us = 5) {
    auto result = result_of(out, now.wall_ms);
    result.assigned = {};
    result.node = "anna";
    step([&] { ledger.on_home_calls({{{number, took_us, result}}, {}}, now, fx); });
  }
  void decline(std::uint64_t number) {
    step([&] { ledger.on_home_calls({{}, {number}}, now, fx); });
  }
  /// The sequence of a home call, number 1, that has become long.
  std::uint64_t late_call() {
    call_at_home();
    tick(100);
    return answer().subject.sequence;
  }
};

} // namespace

TEST_CASE("R18: a short call is handed to the executor here at once, and nothing else happens") {
  home_scene home;
  home.call_at_home("text");
  CHECK(home.home_calls() == std::vector<home_call>{{1, 100, "echo", "text"}});
  CHECK(home.fx.changes.empty());
  CHECK(home.fx.outputs.empty());
  CHECK(home.ledger.open_jobs() == 0);
}

TEST_CASE("R18: the ticket of a home call comes with its result, and both are one synced record") {
  home_scene home;
  const auto from = home.call_at_home();
  const auto before = home.disk.size();
  home.end(1, "OUT");
  CHECK(home.fx.needed == durability::synced);
  CHECK(home.fx.changes.size() == 1);
  CHECK(home.disk.size() == before + 1);
  REQUIRE(home.replies().size() == 1);
  CHECK(home.replies().front().to == from);
  const auto answer = home.answer();
  CHECK(answer.code == errc::ok);
  REQUIRE(answer.jobs.size() == 1);
  CHECK(answer.jobs.front().state == job_state::done);
  CHECK(answer.jobs.front().node == "anna");
  CHECK(answer.outputs == std::vector<std::string>{"OUT"});
  CHECK(home.submitted().empty());

  home.ask_about(request_kind::result, answer.subject.sequence);
  CHECK(home.answer().outputs == std::vector<std::string>{"OUT"});
}

TEST_CASE("R18: of a home call that had not ended when the process died, nothing is left") {
  home_scene home;
  home.call_at_home();
  home.restart();
  CHECK(home.ledger.open_jobs() == 0);
  CHECK(home.ledger.finished_jobs() == 3);
}

TEST_CASE("a home call whose output is long has its ticket alone") {
  home_scene home;
  home.call_at_home();
  home.end(1, std::string(5'000, 'x'));
  CHECK(home.answer().jobs.empty());
  CHECK(home.answer().outputs.empty());
  home.ask_about(request_kind::result, home.answer().subject.sequence);
  CHECK(home.answer().outputs.front().size() == 5'000);
}

TEST_CASE("the tickets of home calls rise as they end, and so do their times of submission") {
  home_scene home;
  home.call_at_home();
  home.now.wall_ms += 5;
  const auto dispatched = home.submit(command("true"));
  home.end(1);
  const auto ended = home.answer();
  CHECK(ended.subject.sequence == dispatched + 1);
  CHECK(ended.jobs.front().submitted_ms == home.now.wall_ms);
}

TEST_CASE("only calls of functions that were seen to be short are run at home") {
  home_scene home;
  home.submit(call("slow"));
  CHECK(home.home_calls().empty());
  home.see("slow", 20);
  home.submit(call("slow"));
  CHECK(home.home_calls().empty());
  home.submit(call("unknown"));
  CHECK(home.home_calls().empty());
  home.submit(command("echo"));
  CHECK(home.home_calls().empty());
}

TEST_CASE("a job with a key, and one that may start only once, are dispatched") {
  home_scene home;
  auto once = call("echo");
  once.once = true;
  home.submit(once);
  CHECK(home.home_calls().empty());
  client_request keyed;
  keyed.kind = request_kind::submit;
  keyed.spec = call("echo");
  keyed.key = "key";
  home.ask(keyed);
  CHECK(home.home_calls().empty());
  CHECK(home.submitted().size() == 1);
}

TEST_CASE("without a link, or where the proxy wants none, there are no home calls") {
  home_scene none{0};
  none.submit(call("echo"));
  CHECK(none.home_calls().empty());
  home_scene alone;
  alone.link_down();
  alone.submit(call("echo"));
  CHECK(alone.home_calls().empty());
}

TEST_CASE("calls that have become long are dispatched, until some were short again") {
  home_scene home;
  home.call_at_home();
  home.end(1, "", 50'000);
  home.submit(call("echo"));
  CHECK(home.home_calls().empty());
  bool short_again = false;
  for (int i = 0; i < 100 && !short_again; ++i) {
    client_request request;
    request.kind = request_kind::submit;
    request.spec = call("echo");
    home.ask(request);
    short_again = !home.home_calls().empty();
    if (!short_again)
      home.finish(home.answer().subject.sequence, no_time());
  }
  CHECK(short_again);
}

TEST_CASE("results in ms tell nothing of a function that is measured here") {
  home_scene home{50};
  for (std::uint64_t number = 1; number <= 2; ++number) {
    home.see("echo", 0, 100); // for all that they tell, these took 100 us
    home.submit(call("echo"));
    CHECK(home.home_calls().empty());
  }
}

TEST_CASE("after a clock that ran ahead, home calls are not stamped with its time") {
  home_scene home;
  home.now.wall_ms += 1'000'000;
  home.submit(command("true"));
  home.now.wall_ms -= 1'000'000;
  home.call_at_home();
  home.end(1);
  CHECK(home.answer().jobs.front().submitted_ms == home.now.wall_ms);
}

TEST_CASE("one call that was preempted does not make its function long") {
  home_scene home;
  for (std::uint64_t number = 1; number <= 100; ++number) {
    home.call_at_home();
    home.end(number, "", 2);
  }
  home.call_at_home();
  home.end(101, "", 15'000);
  home.call_at_home();
}

TEST_CASE("all home calls under way together may take ten times the limit") {
  home_scene home{200}; // as the first three took 100 us each, for all that is known
  for (int i = 0; i < 20; ++i)
    home.call_at_home();
  home.submit(call("echo"));
  CHECK(home.home_calls().empty());
  home.end(1);
  home.call_at_home();
}

TEST_CASE("R18: what the executor declines becomes an open job, and is dispatched") {
  home_scene home;
  home.call_at_home();
  home.decline(1);
  const auto sequence = home.answer().subject.sequence;
  CHECK(home.fx.needed == durability::synced);
  CHECK(home.submitted() == std::vector<std::uint64_t>{sequence});
  CHECK(home.sent<submit_batch>().front().jobs.front().fresh);
  home.submit(call("echo")); // there is no room there now
  CHECK(home.home_calls().empty());
  home.tick(100);
  home.call_at_home();
}

TEST_CASE("what the executor declines while no submissions are taken is refused") {
  home_scene home;
  home.call_at_home();
  home.ledger.refuse_submissions(errc::unavailable, "stopping");
  home.decline(1);
  CHECK(home.answer().code == errc::unavailable);
  CHECK(home.ledger.open_jobs() == 0);
}

TEST_CASE("home calls count as open jobs, those that are given back too") {
  ledger_limits limits;
  limits.max_open_jobs = 2;
  home_scene home{1'000, limits};
  home.call_at_home();
  home.call_at_home();
  home.submit(call("echo"));
  CHECK(home.answer().code == errc::busy);
  home.decline(1);
  CHECK(home.answer().code == errc::ok);
  home.submit(call("echo"));
  CHECK(home.answer().code == errc::busy);
  home.end(2);
  home.submit(command("true"));
  CHECK(home.answer().code == errc::ok);
}

TEST_CASE("R18: a home call that takes long becomes an open job, of which the proxy is not told") {
  home_scene home;
  home.call_at_home();
  home.tick(10);
  CHECK(home.replies().empty());
  home.tick(100);
  CHECK(home.fx.needed == durability::synced);
  const auto sequence = home.answer().subject.sequence;
  CHECK(home.submitted().empty());

  home.ask_about(request_kind::status, sequence);
  REQUIRE(home.answer().jobs.size() == 1);
  CHECK(home.answer().jobs.front().state == job_state::running);
  CHECK(home.answer().jobs.front().node == "anna");

  home.link_down();
  home.link_up(with_home_calls());
  CHECK(home.sent<inventory>().back().unfinished.empty());
  home.hear(spec_request{{{sequence, sequence}}});
  CHECK(home.submitted().empty());
  CHECK(home.cancelled().empty());
  home.tick(10'000);
  home.tick(10'000);
  CHECK(home.sent<audit>().empty());

  home.end(1, "at last", 20'200'000);
  CHECK(home.ledger.open_jobs() == 0);
  home.ask_about(request_kind::result, sequence);
  CHECK(home.answer().outputs == std::vector<std::string>{"at last"});
}

TEST_CASE("R18: a long home call whose node dies is named to the proxy, as lost once") {
  home_scene home;
  const auto sequence = home.late_call();
  home.restart();
  home.link_up();
  CHECK(home.sent<inventory>().back().unfinished
        == std::vector<sequence_range>{{sequence, sequence}});
  home.hear(spec_request{{{sequence, sequence}}});
  const auto again = home.sent<submit_batch>().front().jobs.front();
  CHECK(again.attempts == 1);
  CHECK(again.deaths == 1);
}

TEST_CASE("jobs that are younger than a long home call are sent past it") {
  home_scene home;
  const auto kept = home.late_call();
  const auto next = home.submit(command("true"));
  CHECK(next > kept);
  CHECK(home.submitted() == std::vector<std::uint64_t>{next});
}

TEST_CASE("a long home call that never began is sent to the proxy after all") {
  home_scene home;
  const auto kept = home.late_call();
  home.submit(command("true")); // the place of fresh jobs is beyond it now
  home.decline(1);
  CHECK(home.replies().empty());
  CHECK(home.submitted() == std::vector<std::uint64_t>{kept});
  CHECK(home.sent<submit_batch>().front().jobs.front().attempts == 0);
  CHECK(home.sent<submit_batch>().front().jobs.front().deaths == 0);
}

TEST_CASE("home calls count as open jobs of their owners, until they are") {
  ledger_limits limits;
  limits.max_open_jobs_of_owner = 1;
  home_scene home{1'000, limits};
  client_request mine;
  mine.kind = request_kind::submit;
  mine.spec = call("echo");
  mine.who.name = "carol";
  home.ask(mine);
  CHECK(home.home_calls().size() == 1);
  home.ask(mine);
  CHECK(home.answer().code == errc::busy);
  home.tick(100);
  CHECK(home.answer().code == errc::ok); // the first has become long
  home.ask(mine);
  CHECK(home.answer().code == errc::busy);
  home.end(1);
  home.ask(mine);
  CHECK(home.home_calls().size() == 1);
}

TEST_CASE("LIST shows where a long home call runs") {
  home_scene home;
  const auto sequence = home.late_call();
  client_request request;
  request.kind = request_kind::list;
  home.link_down();
  home.ask(request);
  CHECK(home.answer().jobs.front().state == job_state::running);
  home.link_up(with_home_calls());
  home.ask(request);
  REQUIRE(home.sent<locate>().size() == 1);
  home.hear(located{home.sent<locate>().front().question, {}});
  const auto list = home.answer();
  REQUIRE(!list.jobs.empty());
  CHECK(list.jobs.front().state == job_state::running);
  CHECK(list.jobs.front().node == "anna");
  home.ask_about(request_kind::cancel, sequence);
  home.ask(request);
  CHECK(home.answer().jobs.front().state == job_state::cancelled);
}

TEST_CASE("a long home call that was cancelled keeps that end") {
  home_scene home;
  const auto sequence = home.late_call();
  home.ask_about(request_kind::cancel, sequence);
  CHECK(home.answer().code == errc::ok);
  CHECK(home.cancelled().empty());
  home.end(1);
  CHECK(home.fx.changes.empty());
  home.ask_about(request_kind::status, sequence);
  CHECK(home.answer().jobs.front().state == job_state::cancelled);
}

} // namespace evenkeel::core
