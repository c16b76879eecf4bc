// The asking node's side of questions that another process answers; see query_router.hpp.
#include "actors/core/query_router.hpp"
#include "actors/core/question_basics.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace evenkeel::core {

namespace {

struct open_question {
  requester from;
  client_request request;
  bool finding_time = false;           ///< LIST everywhere: the STATUS of `after` is asked first
  std::int64_t wait_end_us = never_us; ///< WAIT: when its own time is over
  std::int64_t deadline_us = never_us;
};

/// The ledger that answers; empty: the proxy, or all nodes. Nothing: never another process's
/// matter.
std::optional<std::string> destination(const client_request& request) {
  switch (request.kind) {
  case request_kind::nodes:
  case request_kind::stats:
  case request_kind::retire:
    return std::string{};
  case request_kind::list:
    return request.everywhere ? std::optional{std::string{}} : std::nullopt;
  case request_kind::status:
  case request_kind::result:
  case request_kind::wait:
  case request_kind::cancel:
  case request_kind::forget:
    return request.subject.code.empty() ? std::nullopt : std::optional{request.subject.code};
  case request_kind::submit:
  case request_kind::wait_all:
  case request_kind::all_results:
    break;
  }
  return std::nullopt;
}

/// A LIST everywhere that is ordered by time, and lacks that of the ticket which it follows.
bool goes_on(const client_request& request) {
  return request.kind == request_kind::list && !request.after.code.empty()
         && request.after_submitted_ms == 0;
}

/// The STATUS of the ticket that a list follows, for who wants the list.
client_request status_of_after(const client_request& list) {
  client_request request;
  request.kind = request_kind::status;
  request.subject = list.after;
  request.who = list.who;
  return request;
}

/// When the jobs were submitted at which pages ended: a list can go on behind one that is forgotten
/// by then, or whose home is away. Each for who was shown that page: to others it tells nothing.
class page_ends {
public:
  void remember(const std::string& reader, const job_view& last) {
    const auto [place, fresh] =
        submitted_ms_.insert_or_assign(shown{reader, last.name}, last.submitted_ms);
    if (!fresh)
      return;
    order_.push_back(place->first);
    if (order_.size() <= most)
      return;
    submitted_ms_.erase(order_.front());
    order_.pop_front();
  }

  /// 0: not known.
  [[nodiscard]] std::int64_t find(const std::string& reader, const ticket& name) const {
    const auto found = submitted_ms_.find({reader, name});
    return found == submitted_ms_.end() ? 0 : found->second;
  }

private:
  using shown = std::pair<std::string, ticket>; ///< to whom, which
  static constexpr std::size_t most = 10'000;
  std::map<shown, std::int64_t> submitted_ms_;
  std::deque<shown> order_;
};

constexpr const char* no_link =
    "this node has no connection to the proxy now, which alone can reach other nodes";
constexpr const char* link_broke = "the connection to the proxy broke; ask again";
constexpr const char* stopping_here = "this node is stopping; ask again, here or at another node";
constexpr const char* no_answer = "no answer came through the proxy in time; ask again";

} // namespace

struct question_desk::state {
  question_limits limits;
  std::uint64_t link = 0; ///< 0: none
  bool stopping = false;
  page_ends pages;
  std::uint64_t last_question = 0;
  std::map<std::uint64_t, open_question> questions;
  std::set<std::pair<std::int64_t, std::uint64_t>> deadlines; ///< without those that never come
  std::set<std::pair<requester, std::uint64_t>> askers;

  /// The router is asked to be patient for answer_timeout_ms, and gives a better answer than we
  /// could when that is over: so wait somewhat longer.
  [[nodiscard]] std::int64_t patience_ms() const {
    return std::int64_t{limits.answer_timeout_ms} + limits.answer_timeout_ms / 2;
  }

  void set_deadline(std::uint64_t number, open_question& question, std::int64_t deadline_us);
  open_question take_out(std::map<std::uint64_t, open_question>::iterator question);
  void ask(open_question question, instant now, desk_effects& fx);
  void ask_wait_again(open_question question, instant now, desk_effects& fx);
  void continue_list(open_question question, const client_answer& status, instant now,
                     desk_effects& fx);
};

question_desk::question_desk(question_limits limits) : state_(std::make_unique<state>()) {
  state_->limits = limits;
}
question_desk::~question_desk() = default;
question_desk::question_desk(question_desk&&) noexcept = default;
question_desk& question_desk::operator=(question_desk&&) noexcept = default;

void question_desk::state::set_deadline(std::uint64_t number, open_question& question,
                                        std::int64_t deadline_us) {
  deadlines.erase({question.deadline_us, number});
  question.deadline_us = deadline_us;
  if (deadline_us != never_us)
    deadlines.insert({deadline_us, number});
}

open_question
question_desk::state::take_out(std::map<std::uint64_t, open_question>::iterator question) {
  deadlines.erase({question->second.deadline_us, question->first});
  askers.erase({question->second.from, question->first});
  auto taken = std::move(question->second);
  questions.erase(question);
  return taken;
}

/// Sends it under a new number. The link stands.
void question_desk::state::ask(open_question question, instant now, desk_effects& fx) {
  const auto number = ++last_question;
  const auto request = question.finding_time ? status_of_after(question.request) : question.request;
  const auto where = destination(request).value_or(std::string{});
  fx.emit(to_proxy{link, query{number, where, request}});
  question.deadline_us = never_us;
  askers.insert({question.from, number});
  auto& kept = questions.emplace(number, std::move(question)).first->second;
  set_deadline(number, kept, answer_deadline(request, patience_ms(), now));
}

void question_desk::on_request(const requester& from, const client_request& request, instant now,
                               desk_effects& fx) {
  auto& s = *state_;
  const auto refuse = [&](errc code, std::string why) {
    fx.emit(reply{from, refusal_of(request, code, std::move(why))});
  };
  if (!destination(request))
    return refuse(errc::internal, "this request is not for other nodes");
  if (s.link == 0)
    return refuse(errc::unavailable, no_link);
  if (s.stopping && request.kind == request_kind::wait)
    return refuse(errc::unavailable, stopping_here);
  if (s.questions.size() >= s.limits.max_questions)
    return refuse(errc::busy, "too many questions to other nodes are open here");
  open_question question{from, request, goes_on(request), never_us, never_us};
  if (question.finding_time) {
    question.request.after_submitted_ms = s.pages.find(request.who.name, request.after);
    question.finding_time = question.request.after_submitted_ms == 0;
  }
  if (request.kind == request_kind::wait)
    question.wait_end_us = time_after(now, request.timeout_ms);
  s.ask(std::move(question), now, fx);
}

// -- the link ------------------------------------------------------------------------------------

void question_desk::on_link_up(std::uint64_t link, instant now, desk_effects& fx) {
  auto& s = *state_;
  on_link_down(now,
               fx); // in case nobody told us: nothing asked on the old link is answered any more
  s.link = link;
  for (auto& [number, question] : std::exchange(s.questions, {})) {
    s.askers.erase({question.from, number});
    s.deadlines.erase({question.deadline_us, number});
    s.ask_wait_again(std::move(question), now, fx);
  }
}

void question_desk::state::ask_wait_again(open_question question, instant now, desk_effects& fx) {
  if (question.wait_end_us != never_us) {
    const auto left_us = std::max<std::int64_t>(0, question.wait_end_us - now.steady_us);
    question.request.timeout_ms = left_us / us_per_ms;
  }
  ask(std::move(question), now, fx);
}

/// Waits stay, to be asked again on the next link; nobody is patient beyond a wait's own time.
void question_desk::on_link_down(instant, desk_effects& fx) {
  auto& s = *state_;
  if (s.link == 0)
    return;
  s.link = 0;
  for (auto question = s.questions.begin(); question != s.questions.end();) {
    const auto next = std::next(question);
    if (question->second.request.kind == request_kind::wait) {
      s.set_deadline(question->first, question->second, question->second.wait_end_us);
    } else {
      const auto taken = s.take_out(question);
      fx.emit(reply{taken.from, refusal_of(taken.request, errc::unavailable, link_broke)});
    }
    question = next;
  }
}

// -- the ends of a question ----------------------------------------------------------------------

void question_desk::on_message(const proxy_message& message, instant now, desk_effects& fx) {
  auto& s = *state_;
  const auto* content = std::get_if<answer>(&message);
  if (content == nullptr || s.link == 0)
    return;
  const auto found = s.questions.find(content->question);
  if (found == s.questions.end())
    return;
  auto question = s.take_out(found);
  if (question.finding_time)
    return s.continue_list(std::move(question), content->content, now, fx);
  auto told = content->content;
  told.kind = question.request.kind;
  told.subject = question.request.subject;
  if (told.kind == request_kind::list && told.more && !told.jobs.empty())
    s.pages.remember(question.request.who.name, told.jobs.back());
  fx.emit(reply{question.from, std::move(told)});
}

/// The list goes on after the time at which the job of `after` was submitted.
void question_desk::state::continue_list(open_question question, const client_answer& status,
                                         instant now, desk_effects& fx) {
  if (status.code != errc::ok || status.jobs.empty()) {
    const auto code = status.code == errc::ok ? errc::internal : status.code;
    auto told =
        refusal_of(question.request, code,
                   status.code == errc::ok ? "the home told nothing about after=" : status.text);
    told.subject = question.request.after;
    fx.emit(reply{question.from, std::move(told)});
    return;
  }
  question.finding_time = false;
  question.request.after_submitted_ms = status.jobs.front().submitted_ms;
  ask(std::move(question), now, fx);
}

void question_desk::on_session_closed(std::uint64_t session, desk_effects& fx) {
  auto& s = *state_;
  auto asker = s.askers.lower_bound({requester{false, session, 0}, 0});
  while (asker != s.askers.end() && !asker->first.remote && asker->first.session == session) {
    const auto number = asker->second;
    ++asker;
    s.take_out(s.questions.find(number));
    if (s.link != 0)
      fx.emit(to_proxy{s.link, abandon{number}});
  }
}

void question_desk::on_stop(desk_effects& fx) {
  auto& s = *state_;
  s.stopping = true;
  for (auto question = s.questions.begin(); question != s.questions.end();) {
    const auto next = std::next(question);
    if (question->second.request.kind == request_kind::wait) {
      if (s.link != 0)
        fx.emit(to_proxy{s.link, abandon{question->first}});
      const auto taken = s.take_out(question);
      fx.emit(reply{taken.from, refusal_of(taken.request, errc::unavailable, stopping_here)});
    }
    question = next;
  }
}

void question_desk::on_tick(instant now, desk_effects& fx) {
  auto& s = *state_;
  while (!s.deadlines.empty() && s.deadlines.begin()->first <= now.steady_us) {
    const auto number = s.deadlines.begin()->second;
    const auto taken = s.take_out(s.questions.find(number));
    const auto* why = s.link == 0 ? no_link : no_answer;
    fx.emit(reply{taken.from, refusal_of(taken.request, errc::unavailable, why)});
    if (s.link != 0)
      fx.emit(to_proxy{s.link, abandon{number}});
  }
}

std::size_t question_desk::pending() const {
  return state_->questions.size();
}

} // namespace evenkeel::core
