// The clients of a simulated cluster: they submit jobs, wait, ask at any node, cancel, lose their
// connections and come back.
// Owns: sessions and unanswered requests. Must not know: processes, cores.
#pragma once

#include "actors/core/ticket_ledger.hpp"
#include "simulator/dice.hpp"
#include "simulator/key_book.hpp"
#include "simulator/knobs.hpp"
#include "simulator/timeline.hpp"
#include "simulator/witness.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace evenkeel::simulator {

/// How clients reach the nodes.
struct crowd_ends {
  std::function<bool(std::size_t node)> accepts; ///< a connection can be made
  std::function<void(std::size_t node, std::uint64_t session, std::uint64_t number,
                     client_request request)>
      ask;
  std::function<void(std::size_t node, std::uint64_t session)> close;
};

class crowd {
public:
  crowd(timeline& time, dice& luck, const knobs& with, witness& truth, crowd_ends ends);
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;

  void start();
  /// No more submissions and cancellations; what was asked is still waited for.
  void calm_down() { calm_ = true; }
  /// Asks for the result of every kept ticket at its home and at another node, until it has come.
  void audit();

  void on_reply(std::size_t node, const core::reply& answer);
  void on_node_died(std::size_t node);

  /// The plan of the job with this number.
  [[nodiscard]] const job_plan& plan(std::uint64_t number) const { return plans_.at(number); }
  [[nodiscard]] std::size_t unanswered() const;
  /// Or refused for good.
  [[nodiscard]] bool all_submitted() const { return planned_ >= with_->jobs && unsure_.empty(); }
  [[nodiscard]] std::size_t left_to_audit() const { return to_audit_.size(); }
  [[nodiscard]] std::uint64_t requests() const { return requests_; }
  [[nodiscard]] std::int64_t planned_work_us() const { return planned_work_us_; }
  /// For people: what is still unanswered.
  [[nodiscard]] std::string describe_unanswered() const;

private:
  struct asked {
    client_request request;
    std::uint64_t job = 0; ///< submissions
    bool audit = false;
    std::int64_t asked_us = 0;
    std::size_t node = 0;
  };
  struct client {
    std::size_t node = 0;
    std::uint64_t session = 0; ///< 0: none
    std::map<std::uint64_t, asked> open;
  };
  struct known_ticket {
    ticket name;
    std::size_t home = 0;
    bool keyed = false; ///< never forgotten: its key would be free for a second job
  };

  void act(std::size_t which);
  void submit(client& who);
  void submit_again(client& who);
  bool repeat(client& who, asked before);
  void acknowledged(const asked& what, std::size_t node, const client_answer& answer);
  void inquire(client& who);
  job_plan draw_plan();
  void send_submission(client& who, const job_plan& plan, job_spec spec);
  void hang_up(client& who);
  void lose_replies(client& who);
  void ask(client& who, asked what);
  void audit_some();
  job_spec make_spec(std::uint64_t number);

  timeline* time_;
  dice* luck_;
  const knobs* with_;
  witness* truth_;
  crowd_ends ends_;
  std::vector<client> clients_;
  std::map<std::uint64_t, std::size_t> by_session_;
  std::map<std::uint64_t, job_plan> plans_;
  std::vector<known_ticket> known_;
  std::vector<asked> keyed_; ///< acknowledged submissions with keys
  key_book keys_;
  std::deque<asked> unsure_; ///< submissions that were refused for now, or whose replies were lost
  std::set<std::pair<ticket, std::size_t>> to_audit_; ///< and the node to be asked
  std::size_t auditor_ = 0;
  std::uint64_t next_session_ = 1;
  std::uint64_t next_number_ = 1;
  std::uint64_t next_job_ = 1;
  std::uint64_t planned_ = 0; ///< without those that are submitted again
  std::uint64_t requests_ = 0;
  std::int64_t planned_work_us_ = 0;
  bool calm_ = false;
};

/// The number of the job with this spec.
std::uint64_t job_number(const job_spec& spec);

} // namespace evenkeel::simulator
