// The course of a simulation, and what must be true at its end.
#include "persistence/keys.hpp"
#include "simulator/simulation.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::simulator {

namespace {

constexpr std::int64_t watch_period_us = 50'000;
constexpr std::int64_t look_period_us = 5'000;
constexpr std::int64_t patience_us = 120 * us_per_s;
constexpr std::int64_t unfair_limit_us = 3 * us_per_s;
/// Where nothing else happens: what waits behind a long job is recalled within a few round trips,
/// and not only once its executor has become slow enough to hold nothing beyond its slots.
constexpr std::int64_t unfair_tail_us = 150'000;
constexpr std::int64_t double_limit_us = 3 * us_per_s / 2;

} // namespace

/// Looks every few milliseconds, since in a large cluster a look is expensive.
bool simulation::run_until(std::int64_t limit_us, const std::function<bool()>& done) {
  auto look_us = time_.now_us();
  while (truth_.first_breach().empty()) {
    if (time_.now_us() >= look_us) {
      if (done())
        return true;
      look_us = time_.now_us() + look_period_us;
    }
    if (time_.now_us() > limit_us || !time_.step())
      return false;
  }
  return false;
}

void simulation::run_for(std::int64_t us) {
  const auto end_us = time_.now_us() + us;
  (void)run_until(end_us, [] { return false; });
}

report simulation::run() {
  start_proxy();
  for (std::size_t n = 0; n < with_.nodes; ++n)
    start_node(n);
  crowd_->start();
  time_.after(watch_period_us, [this] { watch(); });
  time_.after(with_.fault_every_us, [this] { next_fault(); });
  run_for(with_.chaos_us);
  heal();
  run_for(us_per_s);
  (void)run_until(time_.now_us() + patience_us, [this] { return crowd_->all_submitted(); });
  crowd_->calm_down();
  const auto limit_us =
      time_.now_us() + patience_us + 4 * crowd_->planned_work_us() + 10 * lease_and_grace_us();
  if (!run_until(limit_us, [this] { return all_ended(); }))
    truth_.breach("after everything was healed, not everything ended: " + what_is_left());
  crowd_->audit();
  if (!run_until(time_.now_us() + patience_us, [this] { return crowd_->left_to_audit() == 0; }))
    truth_.breach("tickets whose result cannot be had: " + std::to_string(crowd_->left_to_audit()));
  if (!run_until(time_.now_us() + patience_us, [this] { return what_is_remembered().empty(); }))
    truth_.breach("remembered for ever: " + what_is_remembered());
  figures_.breach = truth_.first_breach();
  figures_.jobs = truth_.promises();
  figures_.runs = truth_.runs();
  figures_.requests = crowd_->requests();
  figures_.messages = net_->messages();
  figures_.duplicates = net_->duplicates();
  figures_.events = time_.events();
  figures_.virtual_us = time_.now_us();
  if (proxy_)
    figures_.even = proxy_->queue().share_of_time_even();
  return figures_;
}

bool simulation::all_ended() const {
  if (!proxy_ || crowd_->unanswered() != 0)
    return false;
  return std::all_of(nodes_.begin(), nodes_.end() - 1, [](const node_host& host) {
    return host.life && host.life->link().up() && host.life->ledger().open_jobs() == 0;
  });
}

std::string simulation::what_is_left() const {
  std::string text;
  if (!proxy_)
    text += "the proxy is away; ";
  for (std::size_t n = 0; n < with_.nodes; ++n) {
    const auto& host = nodes_[n];
    if (!host.life)
      text += host.settings.name + " is away; ";
    else if (!host.life->link().up())
      text += host.settings.name + " has no link; ";
    else if (host.life->ledger().open_jobs() != 0)
      text += host.settings.name + " has " + std::to_string(host.life->ledger().open_jobs())
              + " open jobs; ";
  }
  if (proxy_) {
    const auto totals = proxy_->queue().count();
    text += "the proxy has " + std::to_string(totals.queued) + " queued, "
            + std::to_string(totals.assigned) + " assigned, " + std::to_string(totals.ended)
            + " ended; ";
  }
  return text + crowd_->describe_unanswered();
}

/// What proxy and executors still know of finished jobs, in memory and on disk.
std::string simulation::what_is_remembered() const {
  const auto count = [](persistence::memory_disk& disk, const std::string& kinds) {
    return std::count_if(disk.contents().begin(), disk.contents().end(), [&](const auto& entry) {
      return kinds.find(entry.first.front()) != std::string::npos;
    });
  };
  std::string text;
  const auto say = [&](const std::string& what, std::uint64_t number) {
    if (number != 0)
      text += what + ": " + std::to_string(number) + "; ";
  };
  if (!proxy_)
    return "the proxy is away";
  say("jobs at the proxy", proxy_->queue().count().jobs);
  say("results at the proxy", proxy_->relay().results_in_transit());
  say("records at the proxy", static_cast<std::uint64_t>(count(*proxy_disk_, "cpw")));
  for (std::size_t n = 0; n < with_.nodes; ++n) {
    const auto& host = nodes_[n];
    if (!host.life)
      return host.settings.name + " is away";
    say("attempts at " + host.settings.name,
        host.life->executor().running() + host.life->executor().queued());
    say("attempts on the disk of " + host.settings.name,
        static_cast<std::uint64_t>(count(*host.disk, "a")));
    if (trace != nullptr)
      for (const auto& [key, value] : host.disk->contents())
        if (key.front() == 'a')
          text += persistence::describe_key(key) + "; ";
  }
  return text;
}

// -- balance
// ----------------------------------------------------------------------------------------

/// A slot that idles while a job waits that could use it; empty: there is none.
std::string simulation::unfairness() const {
  if (!proxy_ || with_.has(fault::poison) || with_.function_of_thousand != 0
      || with_.dispatch.cluster.result_period_ms != 0 || with_.dispatch.dispatch_period_ms != 0
      || with_.dispatch.max_jobs_per_round != 0)
    return {};
  const auto totals = proxy_->queue().count();
  if (totals.alone != 0)
    return {}; // slots are kept free beside last tries (R14)
  auto waiting = totals.queued - totals.delayed;
  std::string idle;
  for (std::size_t n = 0; n < with_.nodes; ++n) {
    const auto& host = nodes_[n];
    if (!host.life || !host.life->link().up() || host.life->stopping())
      return {};
    waiting += host.life->executor().queued();
    // One that gets jobs so short that it idles between them is served, and in a large cluster some
    // slot has always just become free.
    if (host.life->executor().running() < host.settings.slots
        && time_.now_us() - host.last_run_us > 2 * watch_period_us)
      idle = host.settings.name;
  }
  if (waiting == 0 || idle.empty())
    return {};
  return idle + " idles while " + std::to_string(waiting) + " jobs wait";
}

/// Of two live attempts the one with the lower fence is stopped, if nothing stands in the way.
void simulation::watch_doubles() {
  if (doubled_ == 0 && double_since_us_.empty())
    return;
  std::map<std::uint64_t, std::uint64_t> running;
  const bool proxy_runs = proxy_ && proxy_os_.running();
  for (std::size_t n = 0; n < with_.nodes; ++n) {
    const auto& host = nodes_[n];
    const bool talks = proxy_runs && host.life && host.os->running() && host.life->link().up();
    for (const auto& [what, run] : host.runs)
      if (talks && !run.plan->ignores_term && run.kind != job_kind::function)
        ++running[run.plan->number];
  }
  std::erase_if(double_since_us_, [&](const auto& one) {
    const auto now = running.find(one.first);
    return now == running.end() || now->second < 2;
  });
  for (const auto& [job, number] : running) {
    if (number < 2)
      continue;
    const auto since_us = double_since_us_.try_emplace(job, time_.now_us()).first->second;
    if (time_.now_us() - since_us > double_limit_us)
      truth_.breach("two attempts of job " + std::to_string(job) + " run on");
  }
}

void simulation::watch() {
  time_.after(watch_period_us, [this] { watch(); });
  watch_doubles();
  const auto settled_us = std::max(healed_us_, last_start_us_) + 2 * lease_and_grace_us();
  const bool calm = with_.about == theme::tail ? crowd_->all_submitted()
                                               : !chaos_ && time_.now_us() >= settled_us;
  const auto limit_us = with_.about == theme::tail ? unfair_tail_us : unfair_limit_us;
  const auto wrong = calm ? unfairness() : std::string{};
  if (wrong.empty()) {
    unfair_since_us_.reset();
    return;
  }
  if (!unfair_since_us_)
    unfair_since_us_ = time_.now_us();
  if (time_.now_us() - *unfair_since_us_ > limit_us)
    truth_.breach("balance: " + wrong);
}

} // namespace evenkeel::simulator
