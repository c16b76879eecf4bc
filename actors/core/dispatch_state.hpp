// The inside of dispatch_queue: its jobs, nodes and indexes, shared by the dispatch_*.cpp files.
// Not for anyone else.
#pragma once

#include "actors/core/chunked_set.hpp"
#include "actors/core/dispatch_queue.hpp"
#include "actors/core/load_table.hpp"
#include "actors/core/packed_spec.hpp"
#include "actors/core/stall_watch.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace evenkeel::core {

/// Where a job is in its life at the proxy.
enum class job_phase : std::uint8_t {
  held,     ///< may be on an executor that has not reported yet (section 5, epochs)
  queued,   ///< in a class queue, or in the queue of jobs that run alone
  parked,   ///< its home is away and may get no more started (R10, R3)
  delayed,  ///< an executor refused it; queued again a little later
  specless, ///< to be queued, but its spec has to come from its home first
  granting, ///< `once`: a slot is reserved, the home is asked for the grant (R3)
  assigned, ///< on an executor
  ended,    ///< has a result that is not at home for good yet (R12)
  judged    ///< an attempt was lost; its home counts and decides (R14)
};
inline constexpr std::size_t job_phases = 9;

/// The order of the queue: by time of submission at the home, then by id.
struct queue_key {
  std::int64_t submitted_ms = 0;
  job_id id;
  friend auto operator<=>(const queue_key&, const queue_key&) = default;
};

using job_order = chunked_set<queue_key>;

/// What few jobs have.
struct job_details {
  start_grant grant; ///< once jobs, when granted
  fence last_lost;   ///< highest fence of this job known as lost
};

/// With its spec and its place in a queue under 300 bytes for a command of 100: there are millions.
struct job_entry {
  std::int64_t submitted_ms = 0;
  packed_spec spec;                     ///< empty: only an executor has told of this job
  std::unique_ptr<job_details> details; ///< null: as they are at first
  ledger_id executor;                   ///< of the current assignment
  fence current;                        ///< of the current assignment; invalid: none
  std::uint32_t attempts = 0;           ///< begun and over
  std::uint16_t deaths = 0;             ///< see `few`
  job_phase phase = job_phase::held;
  [[nodiscard]] bool once() const { return spec && spec.once(); }
  /// Null: it has none.
  [[nodiscard]] const start_grant* grant() const {
    return details && details->grant.granted.valid() ? &details->grant : nullptr;
  }
  [[nodiscard]] fence last_lost() const { return details ? details->last_lost : fence{}; }
  job_details& change_details() {
    if (!details)
      details = std::make_unique<job_details>();
    return *details;
  }
};

static_assert(sizeof(job_entry) <= 64);

/// Beyond 65,535 deaths are not counted.
inline std::uint16_t few(std::uint32_t deaths) {
  constexpr std::uint32_t most = std::numeric_limits<std::uint16_t>::max();
  return static_cast<std::uint16_t>(std::min(deaths, most));
}

/// What must be known of a job to choose an executor; jobs of one class queue together.
struct job_class {
  std::string function; ///< that the executor must offer; empty: any will do
  bool once = false;    ///< never prefetched: what is granted cannot be moved (R3)
  friend auto operator<=>(const job_class&, const job_class&) = default;
};

/// One assignment in an executor's load. Unless `stopping`, its job's current one.
struct placement_entry {
  job_id id;
  std::int64_t since_ms = 0; ///< unix time of its start, as far as is known here; 0: not known
  std::uint32_t attempt = 0;
  std::uint32_t bytes = 0; ///< of its spec
  bool reserved = false;   ///< once jobs: nothing was sent yet; waits for its grant or its executor
  bool recalling = false;
  bool started = false;  ///< as its executor said when asked to give it back
  bool stopping = false; ///< its job needs it no more
  bool alone = false;    ///< nothing else runs beside it (R14)
};

/// What a node is to get at the next flush.
struct node_outbox {
  std::vector<assignment> assignments;
  std::vector<attempt_ref> recalls;
  std::vector<attempt_ref> stops;
  std::vector<lost_attempt> lost;
  std::vector<job_grant> grants;
  std::vector<sequence_range> wanted_specs;
  bool acknowledge_submissions = false;
  bool answer_inventory = false; ///< with a stop_batch, though nothing may be to be stopped
};

/// A ledger as the home of its jobs.
struct home_part {
  std::map<std::uint64_t, job_entry> jobs;
  job_order parked;
  std::set<std::uint64_t> granting; ///< its jobs in that phase
  /// Losses that it has to count and has not answered, by job, ascending fences (R14).
  std::map<std::uint64_t, std::vector<lost_attempt>> losses;
  /// Jobs that it has and we lack, as on this link: first -> last; asked for, not here yet.
  std::map<std::uint64_t, std::uint64_t> lacking;
  std::vector<sequence_range> named; ///< its inventory so far
  bool reported = false;             ///< end mark seen on this link (R7)
  std::uint64_t outstanding = 0;     ///< jobs granting, assigned or ended (R10)
  std::uint64_t taken_jobs = 0;      ///< over this link, for submit_ack
  std::uint64_t taken_bytes = 0;
  bool credit_withheld = false; ///< an acknowledgement waits until the queue is shorter
};

/// A node as an executor.
struct executor_part {
  std::map<fence, placement_entry> load; ///< R16
  std::map<attempt_ref, held_job> named; ///< its inventory so far
  bool reported = false;                 ///< end mark seen on this link (R7)
  bool kept_free = false;                ///< empties itself for a suspected poison job (R14)
  std::uint32_t alone = 0;               ///< placements that run alone
  std::uint32_t recalls = 0;             ///< placements that are recalling
  std::uint64_t prefetch_bytes = 0;      ///< specs in `load`
  std::uint32_t home_calls = 0;          ///< calls of its own ledger that hold slots for long
  std::uint64_t home_calls_done = 0;     ///< heard of
  std::optional<std::uint64_t> home_calls_counted; ///< that its process has told of; not yet: none
  std::uint64_t done = 0;
  std::uint64_t done_at_tick = 0;
  double rate = 0; ///< ends per second, smoothed
  std::uint64_t round_trip_us = 0;
  std::uint32_t prefetch = 0; ///< not-started jobs it should hold
  [[nodiscard]] bool takes_work() const { return reported && !kept_free && alone == 0; }
  /// Of its load, with what its ledger runs there.
  [[nodiscard]] std::size_t holds() const { return load.size() + home_calls; }
};

struct node_entry {
  ledger_id ledger;
  std::uint64_t link = 0; ///< of the standing link
  bool live = false;
  bool draining = false; ///< asked for no more work on this link
  bool left = false;     ///< its last link ended with a clean stop
  bool given_up = true;  ///< while not live: the grace is over and its load is empty
  std::int64_t down_since_us = 0;
  incarnation process;
  std::uint32_t slots = 0;
  std::string code;
  std::string name;
  std::string address;
  std::uint32_t kind = 0; ///< what it offers: index of state::kinds
  home_part home;
  executor_part executor;
  node_outbox out;
  bool dirty = false; ///< listed in state::dirty: its outbox may hold something
  /// Slots for what is assigned.
  [[nodiscard]] std::uint32_t slots_for_load() const {
    return slots - std::min(slots, executor.home_calls);
  }
};

struct dispatch_queue::state {
  explicit state(dispatch_settings chosen);

  // dispatch_queue.cpp
  void begin_epoch(const epoch& current, bool wiped, instant now);
  void release_held(bool grace_over);
  void release_held_of(node_entry& node);
  void tick_graces(instant now, dispatch_effects& fx);
  node_outbox& outbox(node_entry& node);
  void emit_outboxes(dispatch_effects& fx);
  void emit_outbox(node_entry& node, dispatch_effects& fx);

  // dispatch_jobs.cpp: the life of a job
  node_entry& node_of(const ledger_id& ledger);
  job_entry* find(const job_id& id);
  job_entry& create(const job_id& id, std::int64_t submitted_ms);
  void set_phase(const job_id& id, job_entry& job, job_phase next);
  void set_spec(job_entry& job, const job_spec& spec);
  void requeue(const job_id& id, job_entry& job, const fence& lost);
  void enqueue(const job_id& id, job_entry& job);
  void take_out(const job_id& id, job_entry& job);
  void drop(const job_id& id, dispatch_effects& fx);
  void stop(node_entry& node, const fence& at);
  void stop_current(job_entry& job);
  void lose(const job_id& id, job_entry& job, const std::string& node, const fence& at,
            std::uint32_t attempt, bool death, dispatch_effects& fx);
  void unreserve(job_entry& job);
  [[nodiscard]] std::string name_of(const ledger_id& ledger) const;
  [[nodiscard]] bool runs(const job_entry& job) const;
  [[nodiscard]] bool suspected(const job_entry& job) const;
  void retire(const ledger_id& ledger, dispatch_effects& fx);
  void save(const job_id& id, const job_entry& job, dispatch_effects& fx) const;
  static queue_key key_of(const job_id& id, const job_entry& job) { return {job.submitted_ms, id}; }

  // dispatch_homes.cpp: what homes say
  void on_submit(node_entry& node, const submit_batch& batch, instant now, dispatch_effects& fx);
  void on_submitted(node_entry& node, const submitted_job& incoming, instant now,
                    dispatch_effects& fx);
  void settle_granted(const job_id& id, job_entry& job, instant now, dispatch_effects& fx);
  void on_grants(node_entry& node, const grant_batch& batch, instant now, dispatch_effects& fx);
  void on_granted(const job_id& id, job_entry& job, const start_grant& grant, instant now,
                  dispatch_effects& fx);
  void send_granted(node_entry& node, const fence& at, dispatch_effects& fx);
  void on_verdicts(node_entry& node, const verdict_batch& batch, instant now, dispatch_effects& fx);
  void on_verdict(node_entry& node, const verdict& item, instant now, dispatch_effects& fx);
  void on_cancels(node_entry& node, const cancel_batch& batch, dispatch_effects& fx);
  void on_acks(node_entry& node, const result_ack& ack, dispatch_effects& fx);
  void on_audit(node_entry& node, const audit& question);
  void want_spec(node_entry& home, std::uint64_t sequence);
  static bool lacks(const home_part& home, std::uint64_t sequence);
  static void lacks_no_more(home_part& home, std::uint64_t sequence);

  // dispatch_nodes.cpp: nodes that come and go
  void on_up(const node_up& node, instant now, dispatch_effects& fx);
  std::uint32_t kind_of(const std::vector<std::string>& functions);
  void on_home_calls(node_entry& node, const load_report& report, instant now);
  void on_drain(node_entry& node);
  void on_down(const node_down& node, instant now, dispatch_effects& fx);
  void leave_cleanly(node_entry& node, dispatch_effects& fx);
  void give_up(node_entry& node, dispatch_effects& fx);

  // dispatch_inventory.cpp: what nodes say that they hold
  void on_inventory(node_entry& node, const inventory& chunk, instant now, dispatch_effects& fx);
  void end_of_home(node_entry& node, dispatch_effects& fx);
  void end_of_executor(node_entry& node, instant now, dispatch_effects& fx);
  void missing_at(node_entry& node, const fence& at, dispatch_effects& fx);
  void named_at(node_entry& node, const held_job& held, instant now, dispatch_effects& fx);
  void alive_at(node_entry& node, const held_job& held, job_entry& job, instant now,
                dispatch_effects& fx);
  void take_back(node_entry& node, const attempt_ref& what);
  void stop_at(node_entry& node, const held_job& held);
  void interrupted_at(node_entry& node, const held_job& held, job_entry& job, dispatch_effects& fx);

  // dispatch_nodes.cpp: placements
  void on_release(node_entry& node, const release_batch& batch, instant now, dispatch_effects& fx);
  void released(node_entry& node, const released_attempt& item, placement_entry placed, instant now,
                dispatch_effects& fx);
  void mark_ended(const job_id& id, job_entry& job, const attempt_ref& by);
  void place(node_entry& node, const job_id& id, job_entry& job, const fence& at,
             std::uint32_t attempt, instant now);
  std::optional<placement_entry> unplace(node_entry& node, const fence& at);
  /// Presumably running: among the oldest `slots` of its executor's load.
  [[nodiscard]] static bool presumably_running(const node_entry& node, const fence& at);

  // dispatch_balance.cpp: who runs what
  static job_class class_of(const packed_spec& spec);
  [[nodiscard]] bool offers(std::uint32_t kind, const job_class& what) const;
  void refresh(node_entry& node);
  void pump(instant now, dispatch_effects& fx);
  bool assign_one(instant now, dispatch_effects& fx);
  std::optional<queue_key> best_for(const load_table::place& place, std::uint32_t kind);
  std::optional<queue_key> head_of(job_order& queue);
  [[nodiscard]] bool may_start(const queue_key& key, const job_entry& job);
  void park(const queue_key& key, job_entry& job);
  void assign(node_entry& node, const queue_key& key, instant now, dispatch_effects& fx);
  void recall();
  std::uint64_t recall_from(node_entry& node, std::uint64_t wanted, bool to_idle);
  [[nodiscard]] bool wanted_elsewhere(const job_entry* job) const;

  // dispatch_alone.cpp: last tries of suspected poison jobs
  void pump_alone(instant now, dispatch_effects& fx);
  node_entry* keep_free_for(const job_entry& job);
  void keep_none_free();

  // dispatch_rates.cpp: how much an executor holds beyond its slots
  void update_rates(instant now);
  void update_prefetch(node_entry& node, double seconds);

  // dispatch_reports.cpp: what people ask
  void on_locate(node_entry& node, const locate& question, dispatch_effects& fx);
  [[nodiscard]] whereabouts where_is(const job_id& id, const job_entry& job) const;
  [[nodiscard]] std::string why_waiting(const job_entry& job) const;
  void on_query(node_entry& node, const query& question, instant now, dispatch_effects& fx);
  void fill_nodes(client_answer& content) const;
  void fill_stats(client_answer& content, instant now) const;

  // dispatch_invariants.cpp: what must hold after every step
  [[nodiscard]] std::string invariants() const;
  [[nodiscard]] std::string wrong_totals() const;
  [[nodiscard]] std::string wrong_home(const node_entry& node) const;
  [[nodiscard]] std::string wrong_job(const job_id& id, const job_entry& job) const;
  [[nodiscard]] std::string wrong_executor(const node_entry& node) const;
  [[nodiscard]] std::string wrong_placement(const node_entry& node, const fence& at,
                                            const placement_entry& placed) const;

  [[nodiscard]] std::uint64_t count(job_phase phase) const {
    return phases[static_cast<std::size_t>(phase)];
  }
  /// The loads stood until now as they are. Comes before every change to them.
  void account(instant now) { loads.account(now, count(job_phase::queued) > 0); }
  [[nodiscard]] std::uint64_t waiting() const {
    return count(job_phase::queued) + count(job_phase::parked) + count(job_phase::held)
           + count(job_phase::delayed) + count(job_phase::specless) + count(job_phase::judged);
  }

  dispatch_settings settings;
  epoch current;
  std::uint64_t next_fence = 1;
  std::int64_t epoch_began_us = 0;
  std::int64_t started_us = 0;
  bool whereabouts_unknown = true; ///< some executor that may hold jobs has not reported
  bool wiped = false;
  stall_watch watch;

  std::map<ledger_id, node_entry> nodes;
  std::vector<node_entry*> dirty; ///< in the order in which they got something to send
  std::vector<std::set<std::string>> kinds{{}}; ///< what executors offer, first seen first
  std::map<job_class, job_order> queues;        ///< none is empty for long
  std::set<queue_key> alone;                    ///< last tries of suspected poison jobs
  std::optional<ledger_id> kept_free;           ///< the executor that empties for one
  std::uint64_t alone_placed = 0;               ///< placements that run alone
  /// By steady_us, when to queue them again. Entries of jobs that are not delayed any more stay.
  std::multimap<std::int64_t, job_id> delayed;
  load_table loads;
  std::array<std::uint64_t, job_phases> phases{};
  std::vector<record::placement> recovered; ///< until on_epoch
  std::uint64_t spec_bytes = 0;
  std::uint64_t parked_bytes = 0; ///< those of them whose homes are away (R10)
  std::uint64_t recalls = 0;      ///< placements that are recalling
  std::uint64_t results_seen = 0;
  std::uint64_t submissions_seen = 0;

  std::int64_t last_tick_us = 0;
  std::int64_t next_round_us = 0;
  std::int64_t next_result_period_us = 0;
  double submission_rate = 0;
  double result_rate = 0;
  std::uint64_t submissions_at_tick = 0;
  std::uint64_t results_at_tick = 0;
};

} // namespace evenkeel::core
