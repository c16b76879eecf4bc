// An executor_queue with a disk that always works and a proxy that takes down what it is told, for
// tests that walk through one history by hand.
#pragma once

#include "actors/core/executor_queue.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::core::test {

inline constexpr incarnation this_life{7, 70};

inline executor_settings settings_with(std::uint32_t slots) {
  executor_settings settings;
  settings.node = "anna";
  settings.process = this_life;
  settings.slots = slots;
  settings.functions = {"upper", "echo"};
  return settings;
}

inline attempt_ref attempt(std::uint64_t sequence, std::uint64_t number = 0) {
  return {{{1, 2}, sequence}, {5, number == 0 ? sequence : number}};
}

inline assignment command(const attempt_ref& what) {
  assignment job;
  job.what = what;
  job.attempt = 1;
  job.home_code = "k7m2q";
  job.spec.text = "true";
  return job;
}

inline assignment once_command(const attempt_ref& what) {
  auto job = command(what);
  job.spec.once = true;
  job.grant = {what.assigned, {8, 9}, this_life};
  return job;
}

inline assignment function_call(const attempt_ref& what, std::string name) {
  auto job = command(what);
  job.spec.kind = job_kind::function;
  job.spec.text = std::move(name);
  return job;
}

inline run_end success(std::string out = {}) {
  run_end end;
  end.started_ms = 900;
  end.out = std::move(out);
  return end;
}

class executor_fixture {
public:
  explicit executor_fixture(executor_settings with = settings_with(1)) : queue{std::move(with)} {}

  executor_queue queue;
  std::uint64_t link = 1;
  instant now{1000, 1'700'000'000'000};
  std::map<record::key, record::value> disk;
  durability needed = durability::none; ///< of the last step

  // what came out, in order, until `clear`
  std::vector<start_job> started;
  std::vector<stop_job> stopped;
  std::vector<withdraw_job> withdrawals;
  std::vector<home_call> calls;
  std::vector<std::uint64_t> calls_asked_back;
  home_call_news news; ///< of home calls
  std::vector<load_record> loads;
  std::vector<inventory> inventories;
  std::vector<result_batch> result_messages;
  std::vector<release_batch> release_messages;

  void clear() {
    started.clear();
    stopped.clear();
    withdrawals.clear();
    calls.clear();
    calls_asked_back.clear();
    news = {};
    loads.clear();
    inventories.clear();
    result_messages.clear();
    release_messages.clear();
  }

  void connect(const cluster_settings& settings = {}) {
    step([&](auto& fx) { queue.on_link_up(link, settings, now, fx); });
  }
  void disconnect() {
    step([&](auto& fx) { queue.on_link_down(now, fx); });
    ++link;
  }
  void tell(const proxy_message& message) {
    step([&](auto& fx) { queue.on_message(message, now, fx); });
  }
  void assign(std::vector<assignment> jobs) { tell(assign_batch{0, std::move(jobs)}); }
  void end(const attempt_ref& what, run_end how = success()) {
    step([&](auto& fx) { queue.on_ended(what, std::move(how), now, fx); });
  }
  void answer_withdrawal(const attempt_ref& what, bool withdrawn) {
    step([&](auto& fx) { queue.on_withdrawal(what, withdrawn, now, fx); });
  }
  void call_at_home(std::vector<std::uint64_t> numbers, const std::string& function = "upper") {
    run_home_calls wanted;
    for (const auto number : numbers)
      wanted.calls.push_back({number, 5, function, "text"});
    step([&](auto& fx) { queue.on_home_calls(wanted, now, fx); });
    flush();
  }
  void end_home_call(std::uint64_t number, run_end how = success()) {
    step([&](auto& fx) { queue.on_home_call_ended(number, 5, std::move(how), now, fx); });
    flush();
  }
  void answer_home_withdrawal(std::uint64_t number, bool withdrawn) {
    step([&](auto& fx) { queue.on_home_call_withdrawal(number, withdrawn, now, fx); });
    flush();
  }
  void tick(std::int64_t ms) {
    now.steady_us += ms * us_per_ms;
    now.wall_ms += ms;
    step([&](auto& fx) { queue.on_tick(now, fx); });
  }
  void shut_down() {
    step([&](auto& fx) { queue.on_shutdown(now, fx); });
  }
  /// Answers every load_record so far.
  void load() {
    for (const auto& asked : std::exchange(loads, {})) {
      const auto found = disk.find(asked.where);
      const auto* content = found == disk.end() ? nullptr : &found->second;
      step([&](auto& fx) { queue.on_loaded(asked.where, content, now, fx); });
    }
  }
  void flush() {
    step([&](auto& fx) { queue.flush(now, fx); });
  }
  /// The process dies and comes back with what is on disk.
  void restart(executor_settings with) {
    queue = executor_queue{std::move(with)};
    for (const auto& [where, content] : disk)
      queue.recover(content);
    ++link;
    clear();
    CHECK(queue.check_invariants().empty());
  }

  /// What the next flush says; takes it out of what came out.
  std::vector<released_attempt> releases() {
    flush();
    std::vector<released_attempt> all;
    for (auto& message : std::exchange(release_messages, {}))
      all.insert(all.end(), message.attempts.begin(), message.attempts.end());
    return all;
  }
  std::vector<travelling_result> results() {
    flush();
    std::vector<travelling_result> all;
    for (auto& message : std::exchange(result_messages, {}))
      all.insert(all.end(), message.results.begin(), message.results.end());
    return all;
  }
  std::vector<held_job> named() {
    std::vector<held_job> all;
    for (auto& message : std::exchange(inventories, {}))
      all.insert(all.end(), message.held.begin(), message.held.end());
    return all;
  }
  std::vector<attempt_ref> starts() {
    std::vector<attempt_ref> all;
    for (const auto& start : std::exchange(started, {}))
      all.push_back(start.what);
    return all;
  }
  const record::held_attempt* on_disk(const attempt_ref& what) const {
    const auto found = disk.find({record::kind::held_attempt, what.job, what.assigned});
    return found == disk.end() ? nullptr : std::get_if<record::held_attempt>(&found->second);
  }

private:
  template <class Input>
  void step(Input input) {
    executor_effects fx;
    input(fx);
    needed = fx.needed;
    for (auto& change : fx.changes)
      if (change.content)
        disk.insert_or_assign(change.where, std::move(*change.content));
      else
        disk.erase(change.where);
    for (auto& output : fx.at_once)
      take(output);
    for (auto& output : fx.outputs)
      take(output);
    CHECK(queue.check_invariants().empty());
  }

  void take(executor_output& output) {
    if (auto* message = std::get_if<to_proxy>(&output)) {
      CHECK(message->link == link);
      if (auto* held = std::get_if<inventory>(&message->content))
        inventories.push_back(std::move(*held));
      else if (auto* results = std::get_if<result_batch>(&message->content))
        result_messages.push_back(std::move(*results));
      else
        release_messages.push_back(std::move(std::get<release_batch>(message->content)));
    } else if (auto* start = std::get_if<start_job>(&output)) {
      started.push_back(std::move(*start));
    } else if (auto* stop = std::get_if<stop_job>(&output)) {
      stopped.push_back(*stop);
    } else if (auto* withdrawal = std::get_if<withdraw_job>(&output)) {
      withdrawals.push_back(*withdrawal);
    } else if (auto* call = std::get_if<start_home_call>(&output)) {
      calls.push_back(std::move(call->call));
    } else if (auto* back = std::get_if<withdraw_home_call>(&output)) {
      calls_asked_back.push_back(back->number);
    } else if (auto* told = std::get_if<home_call_news>(&output)) {
      news.ended.insert(news.ended.end(), told->ended.begin(), told->ended.end());
      news.declined.insert(news.declined.end(), told->declined.begin(), told->declined.end());
    } else if (auto* wanted = std::get_if<load_record>(&output)) {
      loads.push_back(*wanted);
    }
  }
};

inline std::vector<attempt_ref> refs(std::initializer_list<std::uint64_t> sequences) {
  std::vector<attempt_ref> all;
  for (const auto sequence : sequences)
    all.push_back(attempt(sequence));
  return all;
}

inline std::vector<released_attempt> released(const attempt_ref& what, release_reason reason,
                                              std::string text = {}) {
  return {{what, reason, std::move(text)}};
}

} // namespace evenkeel::core::test
