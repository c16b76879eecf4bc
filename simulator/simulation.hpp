// A whole cluster under one virtual clock, driven by one seed: nodes, proxy, network, disks,
// clients and faults, and after the faults a phase in which everything must come to an end.
// Owns: everything. The same knobs give the same history, event by event.
#pragma once

#include "simulator/crowd.hpp"
#include "simulator/knobs.hpp"
#include "simulator/network.hpp"
#include "simulator/node_life.hpp"
#include "simulator/proxy_life.hpp"
#include "simulator/surroundings.hpp"
#include "simulator/timeline.hpp"
#include "simulator/witness.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace evenkeel::simulator {

struct report {
  std::string breach; ///< empty: all is well
  std::map<fault, std::uint64_t> faults;
  std::uint64_t jobs = 0; ///< acknowledged
  std::uint64_t runs = 0;
  std::uint64_t home_calls = 0; ///< of these
  std::uint64_t requests = 0;
  std::uint64_t messages = 0; ///< between nodes and proxy
  std::uint64_t duplicates = 0;
  std::uint64_t events = 0;
  std::int64_t virtual_us = 0;
  std::int64_t dispatch_ns = 0; ///< in the dispatch core, if it was measured
  double even = 1; ///< share of the time with a queue in which the spread was at most 1
};

class simulation : private surroundings {
public:
  explicit simulation(knobs with);
  ~simulation() override;

  report run();
  /// What happens, line by line, for a failure that is looked into.
  std::ostream* trace = nullptr;

private:
  struct active_run {
    std::uint64_t number = 0;
    job_kind kind = job_kind::command;
    const job_plan* plan = nullptr;
    bool asked = false; ///< SIGTERM was sent
  };
  struct node_host {
    node_settings settings;
    disk_pace pace;
    std::unique_ptr<process> os;
    std::shared_ptr<persistence::memory_disk> disk;
    std::unique_ptr<node_life> life;
    std::map<attempt_ref, active_run> runs;
    std::deque<std::pair<std::int64_t, std::uint64_t>> ended; ///< lately: when, number of the run
    std::int64_t trouble_us = 0;               ///< when its last trouble ended, or will
    std::set<std::uint64_t> started_meanwhile; ///< its jobs that others started while it was away
    std::int64_t last_run_us = 0;              ///< when a run began or ended there
    bool orphans = false;                      ///< runs of an earlier life are still on
    bool has_code = false;                     ///< confirmed by a proxy, and fsynced
  };

  // -- surroundings
  void connect(std::size_t node) override;
  void send_to_proxy(std::size_t node, proxy_packet content) override;
  void reply(std::size_t node, const core::reply& answer) override;
  void start_run(std::size_t node, const core::start_job& order) override;
  void start_home_call(std::size_t node, const core::home_call& call) override;
  void stop_run(std::size_t node, const attempt_ref& what) override;
  void stopped(std::size_t node) override;
  void node_failed(std::size_t node, const std::string& why) override;
  void send_to_node(const peer& to, node_packet content) override;
  void assigned(const attempt_ref& what) override;
  void link_ended(const ledger_id& node) override;
  void proxy_failed(const std::string& why) override;
  void log(const std::string& who, const core::note& line) override;
  void broken(const std::string& what) override { truth_.breach(what); }

  // -- processes (simulation.cpp)
  void make_nodes();
  network_ends ends_of_network();
  crowd_ends ends_of_crowd();
  void start_node(std::size_t n);
  void start_proxy();
  void tell_of(std::size_t node, const std::string& text); ///< to the trace
  void could_not_start(const std::string& who, const std::string& why);
  void kill_node(std::size_t n);
  void kill_proxy();
  void restart_node_after(std::size_t n, std::int64_t delay_us);
  void restart_proxy_after(std::int64_t delay_us);

  // -- runs (simulation_runs.cpp)
  void end_run(std::size_t n, const attempt_ref& what, std::uint64_t number, core::run_end end);
  void count_for_absent_home(const job_id& job);
  [[nodiscard]] std::int64_t forgotten_us(const attempt_ref& what) const;
  [[nodiscard]] bool home_is_away(const job_id& job) const;
  void lose_records(std::size_t n, std::uint64_t most_kept);
  void lose_records_of_proxy(std::uint64_t most_kept);
  void count_run(std::uint64_t job);
  void discount_run(std::uint64_t job);
  void poison(std::size_t n, const attempt_ref& what, std::uint64_t number);
  /// What runs there now, or starts soon, has an excuse for being lost.
  void disturb(std::size_t n, std::int64_t for_us);
  void disturb_all(std::int64_t for_us);

  // -- faults (simulation_faults.cpp)
  void next_fault();
  void happen(fault what);
  bool all_have_codes();
  void power_cut(std::size_t n);
  void stop_node(std::size_t n);
  void freeze_node(std::size_t n);
  void freeze_proxy();
  void cut_power_of_proxy(std::size_t n);
  void cut(std::size_t n, bool both);
  void slow_disk();
  void fill_disk(std::size_t n);
  void damage(persistence::memory_disk& disk);
  void start_impostor(std::size_t n);
  void end_impostor();
  void heal();
  std::int64_t away() { return std::min(luck_.skewed(with_.away_us), 20 * us_per_s); }
  std::size_t any_node() { return static_cast<std::size_t>(luck_.below(with_.nodes)); }

  // -- the end (simulation_end.cpp)
  [[nodiscard]] std::int64_t lease_and_grace_us() const {
    const auto& cluster = with_.dispatch.cluster;
    return core::us_per_ms * cluster.lease_ms + core::us_per_ms * cluster.grace_ms;
  }
  /// False: it did not come true in time, or something else was wrong.
  bool run_until(std::int64_t limit_us, const std::function<bool()>& done);
  void run_for(std::int64_t us);
  void watch();
  void watch_doubles();
  [[nodiscard]] bool all_ended() const;
  [[nodiscard]] std::string what_is_left() const;
  [[nodiscard]] std::string what_is_remembered() const;
  [[nodiscard]] std::string unfairness() const;

  knobs with_;
  dice luck_;
  timeline time_;
  witness truth_;
  std::vector<node_host> nodes_; ///< the last one is for an impostor
  std::map<ledger_id, std::size_t> by_ledger_;
  process proxy_os_;
  std::shared_ptr<persistence::memory_disk> proxy_disk_;
  disk_pace proxy_pace_;
  std::unique_ptr<proxy_life> proxy_;
  std::unique_ptr<network> net_;
  std::unique_ptr<crowd> crowd_;
  std::vector<std::shared_ptr<void>> graves_; ///< of lives whose code may still be on the stack
  report figures_;
  bool chaos_ = true;
  std::int64_t healed_us_ = 0;
  std::int64_t last_start_us_ = 0; ///< a disk that was told to fail may do so after the healing
  std::uint64_t failed_starts_ = 0;
  std::optional<std::int64_t> unfair_since_us_;
  std::int64_t proxy_lost_us_ = 0;                 ///< its disk lost what was not fsynced
  std::set<attempt_ref> assigned_unseen_;          ///< while their homes were away
  std::map<std::uint64_t, std::size_t> live_runs_; ///< by job
  std::size_t doubled_ = 0;                        ///< jobs with more than one
  /// By job: since when two attempts run and all can talk.
  std::map<std::uint64_t, std::int64_t> double_since_us_;
};

} // namespace evenkeel::simulator
