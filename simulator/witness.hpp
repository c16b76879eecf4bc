// What clients were promised, what really ran, and whether what anybody says fits: the rules that a
// simulation must never break. The first breach is kept.
// Must not know: cores, processes, faults.
#pragma once

#include "messages/client.hpp"
#include "messages/job.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace evenkeel::simulator {

/// What a job does; its number is in its spec, so that whoever sees the spec knows the plan.
struct job_plan {
  std::uint64_t number = 0;
  bool once = false;
  bool poison = false;        ///< kills its executor
  bool ignores_term = false;  ///< ends by SIGKILL only
  bool survives_term = false; ///< exits 0 on SIGTERM
  std::int32_t exit_code = 0;
  std::int64_t run_us = 0;
  std::size_t output_bytes = 0;
};

/// One process of a job on some node.
struct run_record {
  std::uint64_t job = 0;
  std::size_t node = 0;
  attempt_ref what;
  std::int64_t began_us = 0;
  bool company = false;   ///< another job ran beside it at some time
  bool disturbed = false; ///< its node or the way to it was in trouble while it ran
  bool replaced = false;  ///< it could not start, or was asked to end
  bool completed = false; ///< it ended by itself, and nobody had asked it to
};

class witness {
public:
  // -- what happens
  /// The proxy sent this attempt of the job to an executor.
  void assigned(const attempt_ref& what) { assigned_[what.job].insert(what.assigned); }
  /// Returns the number of the run. `disturbed`: its node is in trouble, or just out of it, and may
  /// start now what others were given since. `forgotten_us`: who had it started may have lost all
  /// records from before that time in a power cut, and nobody could tell it of an earlier run.
  std::uint64_t run_started(const job_plan& plan, std::size_t node, const attempt_ref& what,
                            bool disturbed, std::int64_t now_us, std::int64_t forgotten_us);
  run_record& run(std::uint64_t number) { return runs_.at(number - 1); }

  // -- what clients see
  void submitted(const ticket& name, const job_plan& plan);
  void asked_to_cancel(const ticket& name) { promises_.at(name).cancel_asked = true; }
  void asked_to_forget(const ticket& name) { promises_.at(name).forget_asked = true; }
  /// Answers overtake each other: what was asked before an end was seen may still say otherwise.
  void answered(const client_request& request, const client_answer& answer, std::int64_t asked_us,
                std::int64_t now_us);

  void breach(std::string what);
  /// Empty as long as all is well.
  [[nodiscard]] const std::string& first_breach() const { return breach_; }

  /// Tickets whose result must still be there.
  [[nodiscard]] std::vector<ticket> kept_tickets() const;
  [[nodiscard]] std::size_t promises() const { return promises_.size(); }
  [[nodiscard]] std::uint64_t runs() const { return runs_.size(); }

private:
  [[nodiscard]] const run_record& run(std::uint64_t number) const { return runs_.at(number - 1); }

  struct promise {
    job_plan plan;
    bool cancel_asked = false;
    bool cancelled = false; ///< and told so
    bool forget_asked = false;
    std::optional<job_view> end; ///< the first that was seen
    std::int64_t end_seen_us = 0;
    [[nodiscard]] bool ended_before(std::int64_t us) const { return end && end_seen_us < us; }
    std::optional<std::string> out;
  };

  void check_view(promise& about, const job_view& view, std::int64_t asked_us, std::int64_t now_us);
  void check_end(promise& about, const job_view& view);
  void check_output(promise& about, const std::string& out);
  void check_loss(const promise& about, const job_view& view);

  std::map<ticket, promise> promises_;
  std::vector<run_record> runs_;                                ///< the first has number 1
  std::map<std::uint64_t, std::vector<std::uint64_t>> runs_of_; ///< by job, in order
  std::map<job_id, std::set<fence>> assigned_;
  std::string breach_;
};

/// What the run of this number prints, and back: 0 if it is no output of a run.
std::string output_of_run(std::uint64_t number, std::size_t bytes);
std::uint64_t run_of_output(const std::string& out);

} // namespace evenkeel::simulator
