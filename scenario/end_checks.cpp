#include "scenario/end_checks.hpp"

#include "client/connection.hpp"
#include "scenario/expectations.hpp"
#include "scenario/leftovers.hpp"
#include "scenario/questions.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace evenkeel::scenario {

namespace {

constexpr milliseconds results_time{120'000};
constexpr milliseconds fetch_time{60'000};
constexpr milliseconds drain_time{60'000};
constexpr milliseconds leftovers_time{30'000};

void undo_faults(world& all) {
  all.background.reset();
  for (const auto& name : all.processes.names()) {
    all.processes.heal(name);
    if (all.processes.running(name) && all.processes.frozen(name))
      all.processes.thaw({name});
  }
}

void await_results(world& all) {
  std::vector<known_ticket> open;
  const bool so = all.wait.until(results_time, [&] {
    all.collect_results();
    open = all.book.without_result();
    std::erase_if(open, [&](const auto& one) { return !all.processes.running(one.home); });
    return open.empty();
  });
  if (!so)
    throw failure("at the end " + std::to_string(open.size())
                  + " tickets have no result; the first is " + open.front().ticket + " of "
                  + open.front().home + "; " + all.trouble);
}

using assignments = std::map<std::string, std::vector<std::string>>;

/// Asks each node for its tickets until all were answered; the book compares.
void fetch_all(world& all, assignments open) {
  std::string trouble;
  const auto ask = [&](const std::string& name, std::vector<std::string>& tickets) {
    try {
      const auto verdicts =
          ask_results(*all.processes.node(name), tickets, all.book, in_a_moment() + fetch_time);
      std::vector<std::string> again;
      for (std::size_t i = 0; i < tickets.size(); ++i)
        if (verdicts[i] != verdict::result)
          again.push_back(tickets[i]);
      tickets = std::move(again);
      if (!tickets.empty())
        trouble = name + " does not give the result of " + tickets.front();
    } catch (const client::connection_lost& lost) {
      trouble = lost.what();
    }
  };
  const bool so = all.wait.until(fetch_time, [&] {
    for (auto& [name, tickets] : open)
      if (!tickets.empty())
        ask(name, tickets);
    return std::all_of(open.begin(), open.end(), [](const auto& one) { return one.second.empty(); });
  });
  if (!so)
    throw failure("at the end: " + trouble);
}

/// Once more at its home, and at another node, for every ticket whose home runs.
void fetch_twice(world& all) {
  std::vector<std::string> nodes;
  for (const auto& node : all.processes.nodes())
    if (node.running)
      nodes.push_back(node.name);
  assignments at_home;
  assignments elsewhere;
  std::size_t turn = 0;
  for (const auto& [ticket, home] : all.book.all()) {
    if (!all.processes.running(home))
      continue;
    at_home[home].push_back(ticket);
    if (nodes.size() < 2 || !all.processes.running(std::string(proxy_name)))
      continue;
    if (nodes[++turn % nodes.size()] == home)
      ++turn;
    elsewhere[nodes[turn % nodes.size()]].push_back(ticket);
  }
  fetch_all(all, std::move(at_home));
  fetch_all(all, std::move(elsewhere));
}

/// Jobs of a home that is away stay where they are, so this is asked only if everybody is there.
void await_no_jobs(world& all) {
  if (all.processes.all_running()) {
    stats_expected nothing;
    for (const auto* figure : {"running", "prefetched", "queued", "returning"})
      nothing.figures.push_back({figure, relation::equal, "0"});
    await({nothing, drain_time}, all);
  }
}

void stop_all(world& all) {
  std::vector<std::string> nodes;
  for (const auto& name : all.processes.names())
    if (name != proxy_name && all.processes.running(name))
      nodes.push_back(name);
  all.processes.stop(nodes);
  if (const std::string proxy{proxy_name}; all.processes.running(proxy))
    all.processes.stop({proxy});
}

/// A dead node's jobs run on, unseen, until it is back: those are no fault.
void await_no_processes(world& all) {
  std::vector<leftover> left;
  const bool so = all.wait.until(leftovers_time, [&] {
    left = find_leftovers(all.directory);
    std::erase_if(left, [&](const leftover& one) {
      return !one.node.empty() && all.processes.left_dead(one.node);
    });
    return left.empty();
  });
  if (!so)
    throw failure("after everything was stopped this still runs: " + std::to_string(left.front().pid)
                  + " " + left.front().command);
}

} // namespace

std::size_t check_end(world& all) {
  undo_faults(all);
  await_results(all);
  fetch_twice(all);
  await({errors_expected{{"BUSY", "UNAVAILABLE", "closed", "silent"}}, {}}, all);
  await_no_jobs(all);
  const auto tickets = all.book.all();
  const auto unasked =
      std::count_if(tickets.begin(), tickets.end(),
                    [&](const auto& one) { return !all.processes.running(one.home); });
  stop_all(all);
  await_no_processes(all);
  return static_cast<std::size_t>(unasked);
}

} // namespace evenkeel::scenario
