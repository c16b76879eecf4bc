// What people ask the dispatch queue: where jobs are, NODES, STATS.
#include "actors/core/dispatch_state.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace evenkeel::core {

namespace {

constexpr std::size_t most_located = 10'000;

std::string fixed(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f", value);
  return text.data();
}

job_state shown(bool running) {
  return running ? job_state::running : job_state::assigned;
}

} // namespace

whereabouts dispatch_queue::state::where_is(const job_id& id, const job_entry& job) const {
  whereabouts where;
  where.sequence = id.sequence;
  where.attempt = job.attempts;
  if (job.phase == job_phase::assigned) {
    const auto executor = nodes.find(job.executor);
    if (executor != nodes.end()) {
      const auto placed = executor->second.executor.load.find(job.current);
      where.state = shown(presumably_running(executor->second, job.current));
      where.node = executor->second.name;
      if (placed != executor->second.executor.load.end()) {
        where.since_ms = placed->second.since_ms;
        where.attempt = placed->second.attempt;
      }
      if (!executor->second.live)
        where.reason = "executor-away";
    }
    return where;
  }
  if (job.phase == job_phase::ended) {
    where.state = job_state::running;
    where.reason = "result-on-its-way";
    return where;
  }
  where.reason = why_waiting(job);
  return where;
}

std::string dispatch_queue::state::why_waiting(const job_entry& job) const {
  switch (job.phase) {
  case job_phase::held:
    return "waiting-for-executors-to-report";
  case job_phase::parked:
    return "home-away";
  case job_phase::delayed:
    return "refused-by-an-executor";
  case job_phase::specless:
    return "waiting-for-its-home";
  case job_phase::granting:
  case job_phase::judged:
    return "waiting-for-its-home";
  default:
    break;
  }
  const bool any = std::any_of(nodes.begin(), nodes.end(), [](const auto& item) {
    return item.second.live && item.second.executor.reported;
  });
  if (!any)
    return "no-live-executor";
  if (job.spec && job.spec.kind() == job_kind::function
      && std::none_of(nodes.begin(), nodes.end(), [&](const auto& item) {
           return item.second.live && offers(item.second.kind, class_of(job.spec));
         }))
    return "no-node-has-function-" + std::string(job.spec.text());
  return "waiting-for-a-slot";
}

void dispatch_queue::state::on_locate(node_entry& node, const locate& question,
                                      dispatch_effects& fx) {
  located found;
  found.question = question.question;
  const auto& jobs = node.home.jobs;
  if (!question.sequences.empty()) {
    for (const auto sequence : question.sequences) {
      const auto job = jobs.find(sequence);
      if (job != jobs.end() && found.jobs.size() < most_located)
        found.jobs.push_back(where_is({node.ledger, sequence}, job->second));
    }
  } else {
    for (const auto& [ledger, executor] : nodes)
      for (const auto& [at, placed] : executor.executor.load) {
        const auto job =
            placed.id.ledger == node.ledger ? jobs.find(placed.id.sequence) : jobs.end();
        if (job != jobs.end() && found.jobs.size() < most_located)
          found.jobs.push_back(where_is(placed.id, job->second));
      }
  }
  fx.emit(to_node{node.ledger, node.link, std::move(found)});
}

void dispatch_queue::state::on_query(node_entry& node, const query& question, instant now,
                                     dispatch_effects& fx) {
  answer reply;
  reply.question = question.question;
  reply.content.kind = question.request.kind;
  if (question.request.kind == request_kind::nodes)
    fill_nodes(reply.content);
  else if (question.request.kind == request_kind::stats)
    fill_stats(reply.content, now);
  else
    return;
  fx.emit(to_node{node.ledger, node.link, std::move(reply)});
}

void dispatch_queue::state::fill_nodes(client_answer& content) const {
  for (const auto& [ledger, node] : nodes) {
    if (node.name.empty())
      continue; // a home known from its jobs alone
    const auto load = node.executor.holds();
    const auto running = std::min<std::size_t>(load, node.slots);
    const auto* standing = "away";
    if (node.live && node.draining)
      standing = "draining";
    else if (node.live)
      standing = node.executor.reported ? "live" : "joining";
    else if (!node.given_up && !node.left)
      standing = "suspected";
    content.records.push_back(
        {{"node", node.name},
         {"state", standing},
         {"slots", std::to_string(node.slots)},
         {"running", std::to_string(running)},
         {"queued", std::to_string(load - running)},
         {"done", std::to_string(node.executor.done + node.executor.home_calls_done)},
         {"address", node.address},
         {"tickets", node.code}});
  }
}

void dispatch_queue::state::fill_stats(client_answer& content, instant now) const {
  const auto live =
      std::count_if(nodes.begin(), nodes.end(), [](const auto& item) { return item.second.live; });
  const auto add = [&content](const char* name, std::string value) {
    content.records.push_back({{name, std::move(value)}});
  };
  add("nodes", std::to_string(live));
  add("slots", std::to_string(loads.slots()));
  add("running", std::to_string(loads.running()));
  add("prefetched", std::to_string(loads.excess()));
  add("queued", std::to_string(waiting()));
  add("returning", std::to_string(count(job_phase::ended)));
  add("spread", std::to_string(loads.spread()));
  add("avoidable_spread", std::to_string(loads.avoidable_spread()));
  add("mean_spread", fixed(loads.mean_spread()));
  add("mean_avoidable_spread", fixed(loads.mean_avoidable_spread()));
  add("even_share", fixed(loads.share_even()));
  add("submitted", std::to_string(submissions_seen));
  add("done", std::to_string(results_seen));
  add("submissions_per_s", fixed(submission_rate));
  add("results_per_s", fixed(result_rate));
  add("queue_bytes", std::to_string(spec_bytes));
  add("uptime_s", std::to_string((now.steady_us - started_us) / 1'000'000));
  add("epoch", std::to_string(current.counter));
}

} // namespace evenkeel::core
