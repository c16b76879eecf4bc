// The processes of jobs.
#include "simulator/simulation.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

namespace evenkeel::simulator {

namespace {

constexpr std::int64_t term_takes_us = 300;
constexpr std::int64_t results_on_their_way_us = 20 * us_per_s;
constexpr std::int64_t kill_grace_us = 5 * us_per_s;

} // namespace

/// A run like any other; its home has no name for the job yet.
void simulation::start_home_call(std::size_t node, const core::home_call& call) {
  core::start_job order;
  order.what = core::home_call_ref(call.number);
  order.attempt = 1;
  order.spec.kind = job_kind::function;
  order.spec.text = call.function;
  order.spec.body = call.arguments;
  ++figures_.home_calls;
  start_run(node, order);
}

void simulation::start_run(std::size_t node, const core::start_job& order) {
  auto& host = nodes_[node];
  const auto number = job_number(order.spec);
  if (number == 0)
    return truth_.breach("a job without its spec was started");
  const auto& plan = crowd_->plan(number);
  if (trace != nullptr)
    *trace << time_.now_us() << ' ' << host.settings.name << " starts job " << number << " attempt "
           << order.attempt << " fence " << order.what.assigned.epoch << '.'
           << order.what.assigned.number << '\n';
  count_for_absent_home(order.what.job);
  if (host.orphans)
    truth_.breach("R17: what an earlier life left running is still there");
  active_run fresh;
  fresh.number = truth_.run_started(plan, node, order.what, time_.now_us() <= host.trouble_us,
                                    time_.now_us(), forgotten_us(order.what));
  fresh.kind = order.spec.kind;
  fresh.plan = &plan;
  auto& record = truth_.run(fresh.number);
  for (auto& [other, run] : host.runs) {
    record.company = true;
    truth_.run(run.number).company = true;
  }
  if (host.runs.size() >= host.settings.slots)
    truth_.breach(host.settings.name + " runs more jobs than it has slots");
  const auto run = fresh.number;
  host.runs[order.what] = fresh;
  count_run(number);
  host.last_run_us = time_.now_us();
  if (plan.poison) {
    host.os->after(plan.run_us, [this, node, what = order.what, run] { poison(node, what, run); });
    return;
  }
  core::run_end end;
  end.exit_code = plan.exit_code;
  end.succeeded = plan.exit_code == 0;
  end.out = output_of_run(run, plan.output_bytes);
  end.could_not_start = luck_.chance(2) && !core::is_home_call(order.what);
  host.os->after(plan.run_us, [this, node, what = order.what, run, end = std::move(end)] {
    end_run(node, what, run, end);
  });
}

bool simulation::home_is_away(const job_id& job) const {
  const auto known = by_ledger_.find(job.ledger);
  return known != by_ledger_.end()
         && (!nodes_[known->second].life || !nodes_[known->second].life->link().up());
}

void simulation::assigned(const attempt_ref& what) {
  truth_.assigned(what);
  if (home_is_away(what.job))
    assigned_unseen_.insert(what);
}

void simulation::link_ended(const ledger_id& node) {
  if (with_.about == theme::molasses)
    truth_.breach("R9: a link has ended, and nothing but disks was slow: that of "
                  + nodes_[by_ledger_.at(node)].settings.name);
}

/// Erasures are not fsynced. After a power cut the proxy's queue may hold what is finished long
/// ago; only the home knows, and it is away.
std::int64_t simulation::forgotten_us(const attempt_ref& what) const {
  return assigned_unseen_.contains(what) ? proxy_lost_us_ : 0;
}

/// R10: while a home is away, no more of its jobs may start than its window allows, from when the
/// proxy has noticed.
void simulation::count_for_absent_home(const job_id& job) {
  const auto known = by_ledger_.find(job.ledger);
  if (known == by_ledger_.end() || nodes_[known->second].life)
    return;
  if (proxy_ && proxy_->queue().live(job.ledger))
    return;
  std::uint64_t slots = 0;
  for (const auto& host : nodes_)
    slots += host.settings.slots;
  const auto most =
      with_.dispatch.absent_home_jobs + 2 * slots + nodes_.size() * with_.dispatch.max_prefetch;
  auto& home = nodes_[known->second];
  home.started_meanwhile.insert(job.sequence);
  if (home.started_meanwhile.size() > most)
    truth_.breach("R10: " + std::to_string(home.started_meanwhile.size()) + " jobs of "
                  + home.settings.name + " were started while it was away");
}

void simulation::count_run(std::uint64_t job) {
  doubled_ += ++live_runs_[job] == 2 ? 1 : 0;
}

void simulation::discount_run(std::uint64_t job) {
  const auto known = live_runs_.find(job);
  const auto left = --known->second;
  doubled_ -= left == 1 ? 1 : 0;
  if (left == 0)
    live_runs_.erase(known);
}

void simulation::end_run(std::size_t n, const attempt_ref& what, std::uint64_t number,
                         core::run_end end) {
  auto& host = nodes_[n];
  const auto found = host.runs.find(what);
  if (found == host.runs.end() || found->second.number != number)
    return;
  if (trace != nullptr)
    *trace << time_.now_us() << ' ' << host.settings.name << " ends job "
           << found->second.plan->number << " run " << number << '\n';
  auto& record = truth_.run(number);
  record.replaced = found->second.asked || end.could_not_start;
  record.completed = !record.replaced;
  discount_run(found->second.plan->number);
  host.runs.erase(found);
  host.last_run_us = time_.now_us();
  host.ended.emplace_back(time_.now_us(), number);
  while (host.ended.front().first < time_.now_us() - results_on_their_way_us)
    host.ended.pop_front();
  end.started_ms = host.os->now().wall_ms;
  host.life->on_run_over(what, time_.now_us() - record.began_us, std::move(end));
}

void simulation::stop_run(std::size_t node, const attempt_ref& what) {
  auto& host = nodes_[node];
  const auto found = host.runs.find(what);
  if (found == host.runs.end() || found->second.asked)
    return;
  if (found->second.kind == job_kind::function)
    return; // it returns when it returns
  auto& run = found->second;
  run.asked = true;
  core::run_end end;
  end.out = output_of_run(run.number, 0);
  if (!run.plan->survives_term || run.plan->ignores_term)
    end.signal = run.plan->ignores_term ? SIGKILL : SIGTERM;
  host.os->after(run.plan->ignores_term ? kill_grace_us : term_takes_us,
                 [this, node, what, number = run.number, end = std::move(end)] {
                   end_run(node, what, number, end);
                 });
}

void simulation::poison(std::size_t n, const attempt_ref& what, std::uint64_t number) {
  const auto found = nodes_[n].runs.find(what);
  if (found == nodes_[n].runs.end() || found->second.number != number)
    return;
  ++figures_.faults[fault::poison];
  kill_node(n);
  if (n < with_.nodes)
    restart_node_after(n, luck_.between(1'000, 300'000));
}

void simulation::disturb(std::size_t n, std::int64_t for_us) {
  auto& host = nodes_[n];
  const auto echo_us = 2 * lease_and_grace_us();
  host.trouble_us = std::max(host.trouble_us, time_.now_us() + for_us + echo_us);
  for (const auto& [what, run] : host.runs)
    truth_.run(run.number).disturbed = true;
  // Their results may not be at home yet, and go down with the node.
  for (const auto& [ended_us, number] : host.ended)
    truth_.run(number).disturbed = true;
}

void simulation::disturb_all(std::int64_t for_us) {
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    disturb(n, for_us);
}

} // namespace evenkeel::simulator
