#include "test/core/ledger_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace evenkeel;
using namespace evenkeel::core;

using sequences = std::vector<std::uint64_t>;

namespace {

ledger_limits without_cache() {
  ledger_limits limits;
  limits.cached_result_bytes = 0;
  return limits;
}

ledger_scene with_finished_job(const ledger_limits& limits = {}) {
  ledger_scene home{limits};
  home.link_up();
  home.submit(command("date"));
  home.finish(1, result_of("today"));
  return home;
}

} // namespace

TEST_CASE("a restarted ledger gives the same answers") {
  ledger_scene home;
  home.link_up();
  for (int i = 0; i < 6; ++i)
    home.submit(command("job " + std::to_string(i)));
  home.finish(2, result_of("two"));
  home.ask_about(request_kind::cancel, 3);
  home.finish(4);
  home.ask_about(request_kind::forget, 4);
  home.hear(lost_attempt_batch{{{5, {1, 3}, 2, true, "b"}}});
  home.link_down();
  const auto answers = [&home] {
    std::vector<client_answer> result;
    for (std::uint64_t sequence = 1; sequence <= 7; ++sequence)
      for (const auto kind : {request_kind::status, request_kind::result}) {
        home.ask_about(kind, sequence);
        if (home.loads() != 0)
          home.load();
        result.push_back(home.answer());
      }
    client_request list;
    list.kind = request_kind::list;
    home.ask(list);
    result.push_back(home.answer());
    return result;
  };
  const auto before = answers();
  home.restart();
  CHECK(answers() == before);
}

TEST_CASE("a restarted ledger names all its unfinished jobs and sends none as fresh") {
  ledger_scene home;
  home.submit();
  home.submit();
  home.restart();
  home.link_up();
  CHECK(home.sent<inventory>().at(0).unfinished == std::vector<sequence_range>{{1, 2}});
  CHECK(home.submitted().empty());
  home.submit();
  CHECK(home.sent<submit_batch>().at(0).jobs.at(0).fresh);
  CHECK(home.submitted() == sequences{3});
}

TEST_CASE("no sequence is issued twice, even when the last job was forgotten") {
  auto home = with_finished_job();
  home.ask_about(request_kind::forget, 1);
  home.restart();
  CHECK(home.submit() == 2);
}

TEST_CASE("records may be found in any order") {
  ledger_scene home;
  for (int i = 0; i < 5; ++i)
    home.submit(command("job"));
  ticket_ledger ledger;
  for (auto place = home.disk.rbegin(); place != home.disk.rend(); ++place)
    ledger.recover(place->second);
  CHECK(ledger.open_jobs() == 5);
  CHECK(ledger.check_invariants().empty());
}

TEST_CASE("a result that is not in memory is read and then answered") {
  auto home = with_finished_job();
  home.restart();
  home.ask_about(request_kind::result, 1);
  CHECK(home.replies().empty());
  CHECK(home.loads() == 1);
  home.load();
  CHECK(home.answer().outputs.at(0) == "today");
  home.ask_about(request_kind::result, 1);
  CHECK(home.answer().outputs.at(0) == "today");
}

TEST_CASE("requests for the same record share one read") {
  auto home = with_finished_job(without_cache());
  const auto key = record::ledger_job_key(1);
  home.ask_about(request_kind::result, 1);
  CHECK(home.loads() == 1);
  home.ask_about(request_kind::wait, 1);
  CHECK(home.loads() == 0);
  home.step([&] { home.ledger.on_loaded(key, &home.disk.at(key), home.now, home.fx); });
  CHECK(home.replies().size() == 2);
  home.ask_about(request_kind::result, 1);
  CHECK(home.loads() == 1);
}

TEST_CASE("the status of a finished job is told without its record") {
  auto home = with_finished_job();
  home.restart();
  home.ask_about(request_kind::status, 1);
  CHECK(home.answer().jobs.at(0).state == job_state::done);
  CHECK(home.answer().jobs.at(0).out_bytes == 5);
}

TEST_CASE("a long reason is whole in a status and cut in a list") {
  ledger_scene home;
  home.link_up();
  home.submit();
  auto result = result_of("");
  result.how = outcome::failed;
  result.reason = std::string(1'000, 'r');
  home.finish(1, result);
  home.restart();
  client_request list;
  list.kind = request_kind::list;
  home.ask(list);
  CHECK(home.answer().jobs.at(0).reason == std::string(120, 'r'));
  home.ask_about(request_kind::status, 1);
  home.load();
  CHECK(home.answer().jobs.at(0).reason == result.reason);
}

TEST_CASE("a job forgotten while its record is read is not found") {
  auto home = with_finished_job(without_cache());
  const auto key = record::ledger_job_key(1);
  home.ask_about(request_kind::result, 1);
  home.ask_about(request_kind::forget, 1);
  home.step([&] { home.ledger.on_loaded(key, nullptr, home.now, home.fx); });
  CHECK(home.answer().code == errc::not_found);
}

TEST_CASE("a record that cannot be read is a defect and no missing job") {
  auto home = with_finished_job(without_cache());
  home.ask_about(request_kind::result, 1);
  const auto key = record::ledger_job_key(1);
  home.step([&] { home.ledger.on_loaded(key, nullptr, home.now, home.fx); });
  CHECK(home.answer().code == errc::internal);
  std::vector<std::string> notes;
  for (const auto& output : home.fx.outputs)
    if (const auto* line = std::get_if<note>(&output))
      notes.push_back(line->text);
  CHECK(notes
        == std::vector{"the record of finished job " + to_text(ticket{home.ledger.code(), 1})
                       + " cannot be read"});
}

TEST_CASE("a read for a client that has gone answers nobody") {
  auto home = with_finished_job(without_cache());
  home.ask_about(request_kind::result, 1);
  home.ledger.on_session_closed(1);
  home.step([&] {
    const auto key = record::ledger_job_key(1);
    home.ledger.on_loaded(key, &home.disk.at(key), home.now, home.fx);
  });
  CHECK(home.replies().empty());
}

TEST_CASE("the results used least recently leave the memory first") {
  ledger_limits limits;
  limits.cached_result_bytes = 3'000;
  ledger_scene home{limits};
  home.link_up();
  for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
    home.submit();
    home.finish(sequence, result_of(std::string(1'000, 'x')));
    home.ask_about(request_kind::result, 1);
    CHECK(home.loads() == 0);
  }
  home.ask_about(request_kind::result, 2);
  CHECK(home.loads() == 1);
}

TEST_CASE("finished jobs are forgotten when their retention is over") {
  ledger_limits limits;
  limits.retention_ms = 10'000;
  auto home = with_finished_job(limits);
  home.submit();
  home.tick(10'000);
  CHECK(home.ledger.finished_jobs() == 1);
  home.tick(1);
  CHECK(home.ledger.finished_jobs() == 0);
  CHECK(home.ledger.open_jobs() == 1);
  CHECK(home.fx.changes.back() == record::put(record::issued{3}));
  home.ask_about(request_kind::status, 1);
  CHECK(home.answer().code == errc::not_found);
}

TEST_CASE("an executor whose clock is years behind does not shorten the retention") {
  ledger_scene home;
  home.link_up();
  home.submit();
  home.finish(1, result_of("x", 12));
  home.tick(100);
  CHECK(home.ledger.finished_jobs() == 1);
}

TEST_CASE("at most a thousand jobs are forgotten at a time, and in the end all") {
  ledger_limits limits;
  limits.retention_ms = 1'000;
  ledger_scene home{limits};
  for (std::uint64_t sequence = 1; sequence <= 7'500; ++sequence) {
    record::finished_job job;
    job.sequence = sequence;
    job.submitted_ms = home.now.wall_ms - (sequence % 3 == 0 ? 0 : 5'000);
    home.ledger.recover(job);
  }
  home.tick();
  CHECK(home.ledger.finished_jobs() == 6'500);
  for (int i = 0; i < 20; ++i)
    home.tick();
  CHECK(home.ledger.finished_jobs() == 2'500);
  for (int i = 0; i < 20; ++i)
    home.tick(100);
  CHECK(home.ledger.finished_jobs() == 0);
}
