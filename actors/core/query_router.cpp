// The proxy's side of questions that another process answers; see query_router.hpp.
#include "actors/core/query_router.hpp"

#include "actors/core/query_router_state.hpp"

#include <utility>

namespace evenkeel::core {

query_router::query_router(question_limits limits) : state_(std::make_unique<state>()) {
  state_->limits = limits;
}
query_router::~query_router() = default;
query_router::query_router(query_router&&) noexcept = default;
query_router& query_router::operator=(query_router&&) noexcept = default;

void query_router::recover(const record::value& content) {
  if (const auto* known = std::get_if<record::member>(&content))
    state_->know(known->ledger, known->code, known->name);
}

// -- links ---------------------------------------------------------------------------------------

void query_router::on_node_up(const node_up& node, instant, router_effects& fx) {
  state_->take_down(node.ledger, fx);
  state_->know(node.ledger, node.code, node.name).link = node.link;
}

void query_router::on_node_down(const node_down& node, instant, router_effects& fx) {
  const auto known = state_->nodes.find(node.ledger);
  if (known != state_->nodes.end() && known->second.link == node.link)
    state_->take_down(node.ledger, fx);
}

void query_router::on_retired(const ledger_id& ledger) {
  auto& s = *state_;
  const auto known = s.nodes.find(ledger);
  if (known == s.nodes.end() || known->second.link != 0)
    return;
  if (const auto code = s.codes.find(known->second.code);
      code != s.codes.end() && code->second == ledger)
    s.codes.erase(code);
  s.nodes.erase(known);
}

routed_node& query_router::state::know(const ledger_id& ledger, const std::string& code,
                                       const std::string& name) {
  auto& node = nodes[ledger];
  if (const auto old = codes.find(node.code); old != codes.end() && old->second == ledger)
    codes.erase(old);
  node.code = code;
  node.name = name;
  if (!code.empty())
    codes[code] = ledger;
  return node;
}

void query_router::state::take_down(const ledger_id& ledger, router_effects& fx) {
  const auto known = nodes.find(ledger);
  if (known == nodes.end() || known->second.link == 0)
    return;
  known->second.link = 0;
  std::vector<std::uint64_t> asked_by_it;
  for (auto asker = askers.lower_bound({ledger, 0});
       asker != askers.end() && asker->first.first == ledger; ++asker)
    asked_by_it.push_back(asker->second);
  for (const auto number : asked_by_it)
    drop(number, fx);
  std::vector<std::uint64_t> asked_of_it;
  for (auto hop = hops.lower_bound({ledger, 0}); hop != hops.end() && hop->first.first == ledger;
       ++hop)
    asked_of_it.push_back(hop->first.second);
  for (const auto question : asked_of_it)
    no_answer_from({ledger, question}, " is away", fx);
}

// -- messages ------------------------------------------------------------------------------------

void query_router::on_message(const from_node& message, instant now, router_effects& fx) {
  auto& s = *state_;
  const auto from = s.nodes.find(message.ledger);
  if (from == s.nodes.end() || from->second.link == 0 || from->second.link != message.link)
    return;
  if (const auto* asked = std::get_if<query>(&message.content)) {
    s.take_query(message.ledger, *asked, now, fx);
  } else if (const auto* told = std::get_if<answer>(&message.content)) {
    s.take_answer({message.ledger, told->question}, told->content, fx);
  } else if (const auto* given_up = std::get_if<abandon>(&message.content)) {
    const auto known = s.askers.find({message.ledger, given_up->question});
    if (known != s.askers.end())
      s.drop(known->second, fx);
  }
}

void query_router::state::take_query(const ledger_id& asker, const query& asked, instant now,
                                     router_effects& fx) {
  const auto kind = asked.request.kind;
  if (kind == request_kind::nodes || kind == request_kind::stats || kind == request_kind::retire
      || askers.contains({asker, asked.question}))
    return;
  const auto refuse = [&](errc code, std::string why) {
    send_answer(asker, asked.question, refusal_of(asked.request, code, std::move(why)), fx);
  };
  if (hops.size() >= limits.max_questions)
    return refuse(errc::busy, "too many questions between nodes are open at the proxy");
  if (asked.home_code.empty()) {
    if (kind != request_kind::list)
      return refuse(errc::internal, "this question names no ledger");
    return ask_everywhere(asker, asked, now, fx);
  }
  const auto home = codes.find(asked.home_code);
  if (home == codes.end())
    return refuse(errc::unavailable,
                  "no node with tickets " + asked.home_code + "-... is known here");
  if (nodes[home->second].link == 0)
    return refuse(errc::unavailable, home_label(home->second) + " is away");
  const auto number = open(asker, asked, now);
  forward(number, home->second, fx);
}

std::uint64_t query_router::state::open(const ledger_id& asker, const query& asked, instant now) {
  const auto number = ++last_number;
  auto& inquiry = inquiries[number];
  inquiry.asker = asker;
  inquiry.asker_question = asked.question;
  inquiry.request = asked.request;
  inquiry.everywhere = asked.home_code.empty();
  inquiry.deadline_us = answer_deadline(asked.request, limits.answer_timeout_ms, now);
  askers.emplace(std::pair{asker, asked.question}, number);
  if (inquiry.deadline_us != never_us)
    deadlines.emplace(inquiry.deadline_us, number);
  return number;
}

/// The hop to a home has a question number of its own.
void query_router::state::forward(std::uint64_t number, const ledger_id& home, router_effects& fx) {
  const hop_name hop{home, ++last_hop};
  auto& inquiry = inquiries.at(number);
  inquiry.hops.insert(hop);
  hops.emplace(hop, number);
  const auto& node = nodes[home];
  fx.emit(to_node{home, node.link, query{hop.second, node.code, inquiry.request}});
}

void query_router::state::take_answer(const hop_name& from, const client_answer& content,
                                      router_effects& fx) {
  const auto hop = hops.find(from);
  if (hop == hops.end())
    return;
  const auto number = hop->second;
  auto& inquiry = inquiries.at(number);
  if (inquiry.everywhere) {
    end_hop(hop);
    if (content.code == errc::ok)
      gather(inquiry, content);
    else
      inquiry.silent.push_back(label(from.first) + " answered "
                               + std::string{to_text(content.code)});
    if (inquiry.hops.empty())
      finish_list(number, fx);
    return;
  }
  auto told = content;
  told.kind = inquiry.request.kind;
  told.subject = inquiry.request.subject;
  const auto asker = inquiry.asker;
  const auto question = inquiry.asker_question;
  close(number);
  send_answer(asker, question, std::move(told), fx);
}

// -- the ends of a question ----------------------------------------------------------------------

/// This home will not answer: its link broke, or it took too long.
void query_router::state::no_answer_from(const hop_name& hop, const std::string& what,
                                         router_effects& fx) {
  const auto found = hops.find(hop);
  if (found == hops.end())
    return;
  const auto number = found->second;
  auto& inquiry = inquiries.at(number);
  abandon_hop(hop, fx);
  if (inquiry.everywhere) {
    end_hop(found);
    inquiry.silent.push_back(label(hop.first) + what);
    if (inquiry.hops.empty())
      finish_list(number, fx);
    return;
  }
  const auto told = refusal_of(inquiry.request, errc::unavailable, home_label(hop.first) + what);
  const auto asker = inquiry.asker;
  const auto question = inquiry.asker_question;
  close(number);
  send_answer(asker, question, told, fx);
}

/// Nobody waits for the answer any more.
void query_router::state::drop(std::uint64_t number, router_effects& fx) {
  for (const auto& hop : inquiries.at(number).hops)
    abandon_hop(hop, fx);
  close(number);
}

void query_router::state::abandon_hop(const hop_name& hop, router_effects& fx) {
  if (const auto link = nodes[hop.first].link; link != 0)
    fx.emit(to_node{hop.first, link, abandon{hop.second}});
}

void query_router::state::end_hop(std::map<hop_name, std::uint64_t>::iterator hop) {
  inquiries.at(hop->second).hops.erase(hop->first);
  hops.erase(hop);
}

void query_router::state::close(std::uint64_t number) {
  const auto inquiry = inquiries.find(number);
  for (const auto& hop : inquiry->second.hops)
    hops.erase(hop);
  askers.erase({inquiry->second.asker, inquiry->second.asker_question});
  deadlines.erase({inquiry->second.deadline_us, number});
  inquiries.erase(inquiry);
}

void query_router::state::send_answer(const ledger_id& to, std::uint64_t question,
                                      client_answer content, router_effects& fx) {
  if (const auto link = nodes[to].link; link != 0)
    fx.emit(to_node{to, link, answer{0, question, std::move(content)}});
}

void query_router::on_tick(instant now, router_effects& fx) {
  auto& s = *state_;
  while (!s.deadlines.empty() && s.deadlines.begin()->first <= now.steady_us) {
    const auto number = s.deadlines.begin()->second;
    s.deadlines.erase(s.deadlines.begin());
    const auto late = s.inquiries.at(number).hops; // the last of them closes the inquiry
    for (const auto& hop : late)
      s.no_answer_from(hop, " did not answer in time", fx);
  }
}

std::size_t query_router::pending() const {
  return state_->inquiries.size();
}

} // namespace evenkeel::core
