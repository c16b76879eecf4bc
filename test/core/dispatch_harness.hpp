// A dispatch_queue with a disk that always works and nodes moved by hand, for tests that walk
// through one history. After every input it flushes and checks the invariants.
#pragma once

#include "actors/core/dispatch_queue.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace evenkeel::core::dispatch_test {

inline ledger_id ledger(std::uint64_t n) {
  return {7, n};
}
inline job_id job(std::uint64_t home, std::uint64_t sequence) {
  return {ledger(home), sequence};
}

inline job_spec command(std::string text = "true") {
  job_spec spec;
  spec.text = std::move(text);
  return spec;
}
inline job_spec once_command() {
  auto spec = command();
  spec.once = true;
  return spec;
}
inline job_spec function_call(std::string name) {
  auto spec = command(std::move(name));
  spec.kind = job_kind::function;
  return spec;
}

/// Jobs as homes submit them.
inline submitted_job fresh_job(std::uint64_t sequence, job_spec spec = command(),
                               std::int64_t submitted_ms = 1000) {
  submitted_job x;
  x.sequence = sequence;
  x.submitted_ms = submitted_ms;
  x.fresh = true;
  x.spec = std::move(spec);
  return x;
}
inline submitted_job sent_before(std::uint64_t sequence, job_spec spec = command()) {
  auto x = fresh_job(sequence, std::move(spec));
  x.fresh = false;
  return x;
}

class dispatch_harness {
public:
  explicit dispatch_harness(const dispatch_settings& with = {}) : settings{with}, queue{settings} {
    begin(true);
  }

  dispatch_settings settings;
  dispatch_queue queue;
  instant now{1'000'000, 1'700'000'000'000};
  epoch current{0, 77};
  std::map<record::key, record::value> disk;
  durability needed = durability::none; ///< of the last step that changed the disk
  std::vector<dispatch_output> said;    ///< in order, until taken
  std::map<ledger_id, int> answered;    ///< inventories of which nothing was to be stopped
  std::map<std::uint64_t, std::uint64_t> links;
  std::uint64_t last_link = 0;
  std::map<std::uint64_t, incarnation> processes;
  std::map<std::uint64_t, std::uint32_t> slots;
  std::map<std::uint64_t, std::vector<std::string>> functions;

  template <class Input>
  void step(Input&& input) {
    dispatch_effects fx;
    input(fx);
    queue.flush(now, fx);
    if (!fx.changes.empty())
      needed = fx.needed;
    for (auto& change : fx.changes) {
      if (change.content)
        disk.insert_or_assign(change.where, *change.content);
      else
        disk.erase(change.where);
    }
    for (auto& output : fx.outputs)
      if (is_mere_answer(output))
        ++answered[std::get<to_node>(output).ledger];
      else if (!std::holds_alternative<note>(output))
        said.push_back(std::move(output));
    REQUIRE(queue.check_invariants() == "");
  }
  void flush() {
    step([](auto&) {});
  }

  static bool is_mere_answer(const dispatch_output& output) {
    const auto* sent = std::get_if<to_node>(&output);
    const auto* stops = sent != nullptr ? std::get_if<stop_batch>(&sent->content) : nullptr;
    return stops != nullptr && stops->attempts.empty();
  }

  // -- the proxy
  /// `wiped`: as the queue is told; at the first start nobody is around, so the grace goes by.
  void begin(bool wiped) {
    ++current.counter;
    step([&](auto& fx) { queue.on_epoch(current, wiped, now, fx); });
    if (current.counter == 1)
      advance(settings.cluster.grace_ms + 50);
  }
  /// A killed proxy starts again from its disk.
  void restart(bool wiped = false) {
    if (wiped)
      disk.clear();
    queue = dispatch_queue{settings};
    said.clear();
    links.clear();
    for (const auto& [key, value] : disk)
      queue.recover(value);
    begin(wiped);
  }
  /// Ticks go by every 50 ms.
  void advance(std::int64_t ms) {
    for (std::int64_t gone = 0; gone < ms; gone += 50) {
      now.steady_us += 50 * us_per_ms;
      now.wall_ms += 50;
      step([&](auto& fx) { queue.on_tick(now, fx); });
    }
  }
  void grace_over() { advance(settings.cluster.grace_ms + 100); }

  // -- nodes
  /// A link stands; no inventory yet.
  void up(std::uint64_t n) {
    links[n] = ++last_link;
    auto& process = processes[n];
    if (process.counter == 0)
      process = {1, n};
    node_up node{ledger(n),
                 links[n],
                 process,
                 slots.contains(n) ? slots[n] : 0,
                 "code" + std::to_string(n),
                 "node" + std::to_string(n),
                 "",
                 functions[n]};
    disk.insert_or_assign(record::key{record::kind::member, {ledger(n), 0}, {}},
                          record::member{ledger(n), node.code, node.name, process, node.slots, ""});
    step([&](auto& fx) { queue.on_node_up(node, now, fx); });
  }
  void say(std::uint64_t n, node_message content) {
    step([&](auto& fx) { queue.on_message({ledger(n), links[n], std::move(content)}, now, fx); });
  }
  void tell_held(std::uint64_t n, std::vector<held_job> held = {}) {
    say(n, inventory{true, false, std::move(held), {}});
  }
  void tell_unfinished(std::uint64_t n, std::vector<sequence_range> unfinished = {}) {
    say(n, inventory{false, true, {}, std::move(unfinished)});
  }
  void join(std::uint64_t n, std::uint32_t with_slots, std::vector<held_job> held = {},
            std::vector<sequence_range> unfinished = {}) {
    slots[n] = with_slots;
    up(n);
    say(n, inventory{true, true, std::move(held), std::move(unfinished)});
  }
  void down(std::uint64_t n, bool clean = false) {
    step([&](auto& fx) { queue.on_node_down({ledger(n), links[n], clean}, now, fx); });
  }
  /// Its next link is of a new process.
  void new_process(std::uint64_t n) { ++processes[n].counter; }

  // -- jobs
  void submit(std::uint64_t home, std::vector<submitted_job> jobs) {
    say(home, submit_batch{0, std::move(jobs)});
  }
  void submit_commands(std::uint64_t home, std::uint64_t first, std::uint64_t last) {
    std::vector<submitted_job> jobs;
    for (auto sequence = first; sequence <= last; ++sequence)
      jobs.push_back(fresh_job(sequence));
    submit(home, std::move(jobs));
  }
  void result(std::uint64_t n, const attempt_ref& what) {
    step([&](auto& fx) { queue.on_results(ledger(n), {what}, now, fx); });
  }
  void acknowledge(std::uint64_t home, const attempt_ref& what) { say(home, result_ack{{what}}); }
  void release(std::uint64_t n, const attempt_ref& what, release_reason reason) {
    say(n, release_batch{{{what, reason, ""}}});
  }
  void cancel(std::uint64_t home, std::uint64_t sequence) { say(home, cancel_batch{{sequence}}); }
  /// The home grants whatever it is asked for.
  std::vector<job_grant> grant_all(std::uint64_t home) {
    std::vector<job_grant> all;
    for (auto& request : take<grant_request>(home))
      all.insert(all.end(), request.wanted.begin(), request.wanted.end());
    say(home, grant_batch{all});
    return all;
  }

  // -- what came out
  template <class Message>
  std::vector<Message> take(std::uint64_t n) {
    std::vector<Message> found;
    std::erase_if(said, [&](auto& output) {
      auto* sent = std::get_if<to_node>(&output);
      if (sent == nullptr || sent->ledger != ledger(n))
        return false;
      auto* content = std::get_if<Message>(&sent->content);
      if (content == nullptr)
        return false;
      CHECK(sent->link == links[n]);
      found.push_back(std::move(*content));
      return true;
    });
    return found;
  }
  std::vector<assignment> assigned(std::uint64_t n) {
    std::vector<assignment> jobs;
    for (auto& batch : take<assign_batch>(n))
      jobs.insert(jobs.end(), batch.jobs.begin(), batch.jobs.end());
    return jobs;
  }
  /// The one assignment that this node has got.
  attempt_ref only_assigned(std::uint64_t n) {
    const auto jobs = assigned(n);
    REQUIRE(jobs.size() == 1);
    return jobs.front().what;
  }
  std::vector<std::uint64_t> assigned_sequences(std::uint64_t n) {
    std::vector<std::uint64_t> sequences;
    for (const auto& x : assigned(n))
      sequences.push_back(x.what.job.sequence);
    return sequences;
  }
  std::vector<attempt_ref> stopped(std::uint64_t n) {
    std::vector<attempt_ref> all;
    for (auto& batch : take<stop_batch>(n))
      all.insert(all.end(), batch.attempts.begin(), batch.attempts.end());
    return all;
  }
  std::vector<attempt_ref> recalled(std::uint64_t n) {
    std::vector<attempt_ref> all;
    for (auto& batch : take<recall_batch>(n))
      all.insert(all.end(), batch.attempts.begin(), batch.attempts.end());
    return all;
  }
  std::vector<lost_attempt> lost(std::uint64_t home) {
    std::vector<lost_attempt> all;
    for (auto& batch : take<lost_attempt_batch>(home))
      all.insert(all.end(), batch.attempts.begin(), batch.attempts.end());
    return all;
  }
  std::vector<sequence_range> wanted(std::uint64_t home) {
    std::vector<sequence_range> all;
    for (auto& request : take<spec_request>(home))
      all.insert(all.end(), request.wanted.begin(), request.wanted.end());
    return all;
  }
  std::size_t load(std::uint64_t n) const { return queue.load_of(ledger(n)); }
  whereabouts where(std::uint64_t home, std::uint64_t sequence) {
    say(home, locate{1, {sequence}});
    const auto answers = take<located>(home);
    REQUIRE(answers.size() == 1);
    REQUIRE(answers.front().jobs.size() == 1);
    return answers.front().jobs.front();
  }
};

/// Most histories have one home without slots.
inline constexpr std::uint64_t home = 9;

struct with_home : dispatch_harness {
  explicit with_home(const dispatch_settings& with = {}) : dispatch_harness{with} { join(home, 0); }
};

using sequences = std::vector<std::uint64_t>;

inline held_job held(const attempt_ref& what, held_state state, std::uint32_t attempt = 1,
                     bool unasked = false) {
  return {what, attempt, state, unasked};
}

} // namespace evenkeel::core::dispatch_test
