#include "actors/core/traffic_digest.hpp"

#include "messages/overloaded.hpp"

#include <variant>

namespace evenkeel::core {

namespace {

constexpr std::int64_t period_us = 1000 * us_per_ms;
constexpr std::size_t max_named_nodes = 16; ///< a line is for people

} // namespace

void traffic_digest::on_incoming(const node_message& content) {
  std::visit(overloaded{[this](const submit_batch& x) { add(submitted, x.jobs.size()); },
                        [this](const cancel_batch& x) { add(cancelled, x.sequences.size()); },
                        [this](const release_batch& x) { add(given_back, x.attempts.size()); },
                        [this](const result_batch& x) { add(taken, x.results.size()); },
                        [this](const query&) { add(questions, 1); }, [](const auto&) {}},
             content);
}

void traffic_digest::on_outgoing(const to_node& message) {
  const auto node = names_.find(message.ledger);
  if (node == names_.end())
    return;
  std::visit(overloaded{[&](const assign_batch& x) {
                          add(to_run, x.jobs.size());
                          to_run_at_[node->second] += x.jobs.size();
                        },
                        [this](const recall_batch& x) { add(called_back, x.attempts.size()); },
                        [this](const stop_batch& x) { add(to_stop, x.attempts.size()); },
                        [this](const lost_attempt_batch& x) { add(lost, x.attempts.size()); },
                        [this](const result_batch& x) { add(delivered, x.results.size()); },
                        [](const auto&) {}},
             message.content);
}

std::string traffic_digest::nodes() const {
  std::string text;
  std::size_t named = 0;
  for (const auto& [name, number] : to_run_at_) {
    if (named++ == max_named_nodes)
      return text + ", ...";
    text += (text.empty() ? "" : ", ") + name + " " + std::to_string(number);
  }
  return text;
}

std::optional<std::string> traffic_digest::line(instant now) {
  constexpr std::array<const char*, count> words{
      " submitted",  " cancelled",     " to run",        " called back",          " to stop",
      " given back", " attempts lost", " results taken", " results brought home", " questions"};
  if (told_us_ && now.steady_us - *told_us_ < period_us)
    return std::nullopt;
  std::string text;
  for (std::size_t kind = 0; kind < count; ++kind) {
    if (counts_.at(kind) == 0)
      continue;
    text += (text.empty() ? "" : ", ") + std::to_string(counts_.at(kind)) + words.at(kind);
    if (kind == to_run)
      text += " (" + nodes() + ")";
  }
  if (text.empty())
    return std::nullopt;
  told_us_ = now.steady_us;
  counts_ = {};
  to_run_at_.clear();
  return "passed: " + text;
}

} // namespace evenkeel::core
