// The machine under an executor_queue in random histories: a disk that commits late, jobs that run,
// a process that dies and loses what was not written. Checks what must hold of starts. Whoever
// derives from it is the proxy.
#pragma once

#include "actors/core/commit_gate.hpp"
#include "executor_fixture.hpp"

#include <algorithm>
#include <set>

namespace evenkeel::core::test {

class executor_world {
public:
  explicit executor_world(executor_settings with) : settings_{with}, queue_{std::move(with)} {}
  executor_world(const executor_world&) = delete;
  executor_world& operator=(const executor_world&) = delete;
  virtual ~executor_world() = default;

  /// The first promise that was broken; empty when none was.
  [[nodiscard]] const std::string& problem() const { return problem_; }

protected:
  /// A message that has left.
  virtual void on_proxy(const to_proxy& message) = 0;

  /// The process is killed: what was not written never happened.
  void restart() {
    steps_.clear();
    loads_.clear();
    running_.clear();
    line_.clear();
    withdrawals_.clear();
    gate_ = {};
    ++settings_.process.counter;
    queue_ = executor_queue{settings_};
    for (const auto& [where, content] : disk_)
      queue_.recover(content);
  }

  void flush() {
    step([&](auto& fx) { queue_.flush(now_, fx); });
  }

  void deliver_loads() {
    for (const auto& where : std::exchange(loads_, {})) {
      const auto found = disk_.find(where);
      const auto* content = found == disk_.end() ? nullptr : &found->second;
      step([&](auto& fx) { queue_.on_loaded(where, content, now_, fx); });
    }
  }

  /// Whoever waits in line runs, as far as there are slots.
  void fill_slots() {
    while (!line_.empty() && running_.size() < settings_.slots) {
      running_.insert(line_.front());
      line_.erase(line_.begin());
    }
  }

  void answer_withdrawals() {
    for (const auto& what : std::exchange(withdrawals_, {})) {
      const auto found = std::find(line_.begin(), line_.end(), what);
      const bool waits = found != line_.end();
      if (waits)
        line_.erase(found);
      step([&](auto& fx) { queue_.on_withdrawal(what, waits, now_, fx); });
    }
  }

  template <class Input>
  void step(Input input) {
    executor_effects fx;
    input(fx);
    if (auto wrong = queue_.check_invariants(); !wrong.empty())
      problem_ = wrong;
    auto changes = std::move(fx.changes);
    fx.changes = changes;
    if (const auto number = gate_.accept(fx); number != 0)
      steps_.emplace_back(number, std::move(changes));
    carry_out();
  }

  void commit_one() {
    if (steps_.empty())
      return;
    auto [number, changes] = std::move(steps_.front());
    steps_.erase(steps_.begin());
    for (auto& change : changes)
      if (change.content)
        disk_.insert_or_assign(change.where, *change.content);
      else
        disk_.erase(change.where);
    gate_.committed(number);
    carry_out();
  }
  void commit_all() {
    while (!steps_.empty())
      commit_one();
  }

  void expect(bool holds, const char* what) {
    if (!holds && problem_.empty())
      problem_ = what;
  }

  [[nodiscard]] const record::held_attempt* on_disk(const attempt_ref& what) const {
    const auto found = disk_.find({record::kind::held_attempt, what.job, what.assigned});
    return found == disk_.end() ? nullptr : &std::get<record::held_attempt>(found->second);
  }

  executor_settings settings_;
  executor_queue queue_;
  instant now_{1, 1'700'000'000'000};
  std::map<record::key, record::value> disk_;
  std::vector<std::pair<std::uint64_t, std::vector<record::change>>> steps_; ///< not written yet
  std::set<attempt_ref> running_;
  std::vector<attempt_ref> line_; ///< started ahead of a slot
  std::set<attempt_ref> ever_started_;

private:
  void carry_out() {
    for (auto& output : gate_.take()) {
      if (const auto* start = std::get_if<start_job>(&output))
        on_start(start->what);
      else if (const auto* withdrawal = std::get_if<withdraw_job>(&output))
        withdrawals_.push_back(withdrawal->what);
      else if (const auto* load = std::get_if<load_record>(&output))
        loads_.push_back(load->where);
      else if (const auto* message = std::get_if<to_proxy>(&output))
        on_proxy(*message);
    }
  }

  void on_start(const attempt_ref& what) {
    expect(ever_started_.insert(what).second, "an attempt was started twice");
    line_.push_back(what);
    fill_slots();
    expect(line_.size() <= settings_.most_ahead, "more runs than there are slots");
    const auto* held = on_disk(what);
    expect(held != nullptr && held->started, "an attempt was started before its record says so");
    if (held == nullptr)
      return;
    expect(!held->alone || running_.size() + line_.size() == 1,
           "an attempt had company at its start");
    expect(!held->spec.once || held->grant_process == settings_.process,
           "a once attempt was started in another life");
    for (const auto& other : running_)
      if (const auto* beside = on_disk(other); beside != nullptr && other != what)
        expect(!beside->alone, "an attempt got company");
  }

  std::string problem_;
  commit_gate<executor_output> gate_;
  std::vector<record::key> loads_;
  std::vector<attempt_ref> withdrawals_; ///< asked for, not answered
};

} // namespace evenkeel::core::test
