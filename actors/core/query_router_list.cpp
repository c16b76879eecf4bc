// LIST everywhere: every live node is asked, and what they say becomes one list.
#include "actors/core/query_router_state.hpp"

#include <algorithm>
#include <tuple>

namespace evenkeel::core {

namespace {

/// Newest first.
bool earlier_in_list(const job_view& a, const job_view& b) {
  return std::tie(b.submitted_ms, a.name.code, b.name.sequence)
         < std::tie(a.submitted_ms, b.name.code, a.name.sequence);
}

std::string incomplete(const std::vector<std::string>& silent) {
  constexpr std::size_t shown = 10;
  if (silent.empty())
    return {};
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, silent.size()); ++i)
    text += (i == 0 ? "" : ", ") + silent[i];
  if (silent.size() > shown)
    text += ", and " + std::to_string(silent.size() - shown) + " more";
  return text;
}

} // namespace

void query_router::state::ask_everywhere(const ledger_id& asker, const query& asked, instant now,
                                         router_effects& fx) {
  const auto number = open(asker, asked, now);
  for (const auto& [ledger, node] : nodes) {
    if (node.link != 0)
      forward(number, ledger, fx);
    else
      inquiries.at(number).silent.push_back(label(ledger) + " is away");
  }
}

void query_router::state::gather(inquiry_entry& inquiry, const client_answer& content) {
  auto& list = inquiry.gathered;
  list.jobs.insert(list.jobs.end(), content.jobs.begin(), content.jobs.end());
  std::sort(list.jobs.begin(), list.jobs.end(), earlier_in_list);
  list.more = list.more || content.more || list.jobs.size() > inquiry.request.limit;
  if (list.jobs.size() > inquiry.request.limit)
    list.jobs.resize(inquiry.request.limit);
}

void query_router::state::finish_list(std::uint64_t number, router_effects& fx) {
  auto& inquiry = inquiries.at(number);
  auto list = std::move(inquiry.gathered);
  list.kind = inquiry.request.kind;
  list.subject = inquiry.request.subject;
  list.text = incomplete(inquiry.silent);
  const auto asker = inquiry.asker;
  const auto question = inquiry.asker_question;
  close(number);
  send_answer(asker, question, std::move(list), fx);
}

std::string query_router::state::label(const ledger_id& ledger) const {
  const auto& node = nodes.at(ledger);
  return "node " + (node.name.empty() ? node.code : node.name);
}

std::string query_router::state::home_label(const ledger_id& ledger) const {
  return label(ledger) + ", home of tickets " + nodes.at(ledger).code + "-...,";
}

} // namespace evenkeel::core
