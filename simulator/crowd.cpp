#include "simulator/crowd.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace evenkeel::simulator {

namespace {

constexpr std::size_t most_unanswered = 8;
constexpr std::int64_t longest_run_us = 3 * us_per_s;
constexpr std::size_t big_bytes = 300'000;
constexpr std::int64_t audit_retry_us = 200'000;
constexpr std::int64_t poison_run_us = 20'000;
constexpr std::int64_t idle_request_every_us = 30'000; ///< at least, once all jobs are submitted
constexpr std::size_t light_audit = 1'000; ///< results that are asked for at check_level::light

bool is_about_a_job(request_kind kind) {
  return kind == request_kind::status || kind == request_kind::result || kind == request_kind::wait
         || kind == request_kind::cancel || kind == request_kind::forget;
}

} // namespace

std::uint64_t job_number(const job_spec& spec) {
  const auto& text = spec.kind == job_kind::command ? spec.text : spec.body;
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

crowd::crowd(timeline& time, dice& luck, const knobs& with, witness& truth, crowd_ends ends)
    : time_{&time}, luck_{&luck}, with_{&with}, truth_{&truth}, ends_{std::move(ends)},
      clients_(with.clients) {}

void crowd::start() {
  for (std::size_t i = 0; i < clients_.size(); ++i)
    time_->after(luck_->between(0, with_->request_every_us), [this, i] { act(i); });
}

void crowd::act(std::size_t which) {
  if (calm_)
    return;
  const auto every_us = all_submitted() ? std::max(with_->request_every_us, idle_request_every_us)
                                        : with_->request_every_us;
  time_->after(luck_->between(1, 2 * every_us), [this, which] { act(which); });
  auto& who = clients_[which];
  if (who.session == 0) {
    const bool favourite = luck_->chance(with_->favourite_of_thousand);
    who.node = favourite ? 0 : static_cast<std::size_t>(luck_->below(with_->nodes));
    if (!ends_.accepts(who.node))
      return;
    who.session = next_session_++;
    by_session_[who.session] = which;
  }
  if (luck_->chance(5))
    return hang_up(who);
  if (who.open.size() >= most_unanswered)
    return;
  const bool busy = !all_submitted() && !luck_->chance(with_->inquiries_of_thousand);
  if (busy && !unsure_.empty())
    submit_again(who);
  else if (busy && planned_ < with_->jobs)
    submit(who);
  else if (!keyed_.empty() && luck_->chance(100))
    repeat(who, keyed_[static_cast<std::size_t>(luck_->below(keyed_.size()))]);
  else
    inquire(who);
}

void crowd::submit(client& who) {
  ++planned_;
  auto plan = draw_plan();
  auto spec = make_spec(plan.number);
  if (spec.kind == job_kind::function) // these can neither be stopped nor exit
    plan.exit_code = 0;
  spec.once = plan.once;
  send_submission(who, plan, std::move(spec));
}

job_plan crowd::draw_plan() {
  job_plan plan;
  plan.number = next_job_++;
  plan.once = luck_->chance(with_->once_of_thousand);
  plan.run_us = std::min(luck_->skewed(with_->run_us), longest_run_us);
  if (luck_->chance(with_->long_of_thousand))
    plan.run_us = luck_->between(with_->long_us / 2, with_->long_us);
  plan.exit_code = luck_->chance(100) ? 1 : 0;
  plan.ignores_term = luck_->chance(100);
  plan.survives_term = luck_->chance(100);
  plan.output_bytes = luck_->chance(with_->big_of_thousand) ? big_bytes : 0;
  if (with_->has(fault::poison) && luck_->chance(40)) {
    plan.poison = true;
    plan.run_us = poison_run_us;
  }
  return plan;
}

void crowd::send_submission(client& who, const job_plan& plan, job_spec spec) {
  planned_work_us_ += plan.run_us;
  plans_[plan.number] = plan;
  client_request request;
  request.kind = request_kind::submit;
  request.spec = std::move(spec);
  if (with_->key_of_thousand != 0 && luck_->chance(with_->key_of_thousand))
    request.key = "key of " + std::to_string(plan.number);
  ask(who, {std::move(request), plan.number, false, 0, 0});
}

/// The reply was lost with its connection, and nobody knows whether the job was taken; or it was
/// refused for now. Without a key
/// this is a second job, with a number and a ticket of its own, whatever became of the first.
void crowd::submit_again(client& who) {
  const auto before = std::move(unsure_.front());
  unsure_.pop_front();
  if (!before.request.key.empty()) {
    if (!repeat(who, before))
      unsure_.push_back(before);
    return;
  }
  auto plan = plans_.at(before.job);
  plan.number = next_job_++;
  auto spec = before.request.spec;
  auto& text = spec.kind == job_kind::command ? spec.text : spec.body;
  text.replace(0, std::to_string(before.job).size(), std::to_string(plan.number));
  send_submission(who, plan, std::move(spec));
}

/// The same request at the same node: it must not make a second job. False: that node takes nobody.
bool crowd::repeat(client& who, asked before) {
  if (who.node != before.node) {
    if (!ends_.accepts(before.node))
      return false;
    hang_up(who);
    who.node = before.node;
    who.session = next_session_++;
    by_session_[who.session] = static_cast<std::size_t>(&who - clients_.data());
  }
  ask(who, std::move(before));
  return true;
}

job_spec crowd::make_spec(std::uint64_t number) {
  job_spec spec;
  auto text = std::to_string(number);
  if (luck_->chance(with_->big_of_thousand))
    text.resize(big_bytes, ' ');
  if (luck_->chance(with_->function_of_thousand)) {
    spec.kind = job_kind::function;
    spec.text = luck_->chance(300) ? "rare" : "common";
    spec.body = std::move(text);
  } else if (luck_->chance(200)) {
    spec.kind = job_kind::script;
    spec.body = std::move(text);
  } else {
    spec.kind = job_kind::command;
    spec.text = std::move(text);
  }
  return spec;
}

void crowd::inquire(client& who) {
  if (known_.empty())
    return;
  const auto newest = std::min<std::size_t>(known_.size(), 20);
  const auto back = luck_->below(luck_->chance(700) ? newest : known_.size());
  const auto& about = known_[known_.size() - 1 - static_cast<std::size_t>(back)];
  client_request request;
  request.subject = about.name;
  request.kind = luck_->pick<request_kind>(
      {request_kind::status, request_kind::result, request_kind::wait, request_kind::wait});
  if (luck_->chance(with_->cancel_of_thousand))
    request.kind = request_kind::cancel;
  else if (!about.keyed && luck_->chance(with_->forget_of_thousand))
    request.kind = request_kind::forget;
  else if (luck_->chance(with_->lists_of_thousand))
    request.kind =
        luck_->pick<request_kind>({request_kind::list, request_kind::nodes, request_kind::stats});
  if (request.kind == request_kind::wait && luck_->chance(500))
    request.timeout_ms = luck_->between(0, 3'000);
  if (!is_about_a_job(request.kind)) {
    request.subject = {};
    request.everywhere = luck_->chance(500);
  }
  if (request.kind == request_kind::cancel)
    truth_->asked_to_cancel(about.name);
  if (request.kind == request_kind::forget)
    truth_->asked_to_forget(about.name);
  ask(who, {std::move(request), 0, false, 0});
}

void crowd::ask(client& who, asked what) {
  const auto number = next_number_++;
  ++requests_;
  what.asked_us = time_->now_us();
  what.node = who.node;
  auto request = what.request;
  who.open.emplace(number, std::move(what));
  ends_.ask(who.node, who.session, number, std::move(request));
}

void crowd::hang_up(client& who) {
  if (who.session == 0)
    return;
  ends_.close(who.node, who.session);
  lose_replies(who);
}

void crowd::on_node_died(std::size_t node) {
  for (auto& who : clients_)
    if (who.session != 0 && who.node == node)
      lose_replies(who);
}

void crowd::lose_replies(client& who) {
  by_session_.erase(who.session);
  who.session = 0;
  for (auto& [number, what] : std::exchange(who.open, {}))
    if (what.request.kind == request_kind::submit && !calm_)
      unsure_.push_back(std::move(what));
}

void crowd::on_reply(std::size_t node, const core::reply& answer) {
  if (answer.to.remote)
    return truth_->breach("an answer for a session came to a remote asker");
  const auto found = by_session_.find(answer.to.session);
  if (found == by_session_.end())
    return;
  auto& who = clients_[found->second];
  const auto open = who.open.find(answer.to.number);
  if (open == who.open.end())
    return truth_->breach("a request was answered twice, or was never asked");
  auto what = std::move(open->second);
  who.open.erase(open);
  if (what.request.kind == request_kind::submit && answer.content.code == errc::ok) {
    acknowledged(what, node, answer.content);
  }
  truth_->answered(what.request, answer.content, what.asked_us, time_->now_us());
  const bool retryable =
      answer.content.code == errc::busy || answer.content.code == errc::unavailable;
  if (what.request.kind == request_kind::submit && retryable && !calm_)
    unsure_.push_back(std::move(what));
  if (!what.audit)
    return;
  if (answer.content.code == errc::ok || answer.content.code == errc::not_found)
    to_audit_.erase({what.request.subject, node});
}

void crowd::acknowledged(const asked& what, std::size_t node, const client_answer& answer) {
  const bool keyed = !what.request.key.empty();
  bool fresh = true;
  if (keyed) {
    auto wrong = keys_.acknowledged(node, what.request.key, answer.subject, answer.repeated, fresh);
    if (!wrong.empty())
      return truth_->breach(std::move(wrong));
  }
  if (!fresh)
    return;
  truth_->submitted(answer.subject, plans_.at(what.job));
  known_.push_back({answer.subject, node, keyed});
  if (keyed)
    keyed_.push_back(what);
}

std::size_t crowd::unanswered() const {
  std::size_t count = 0;
  for (const auto& who : clients_)
    count += who.open.size();
  return count;
}

std::string crowd::describe_unanswered() const {
  std::string text;
  for (const auto& who : clients_)
    for (const auto& [number, what] : who.open)
      text += "request kind " + std::to_string(static_cast<int>(what.request.kind)) + " about "
              + (what.request.subject.code.empty() ? "" : to_text(what.request.subject))
              + " at node " + std::to_string(who.node) + "; ";
  return text;
}

// -- the end
// ----------------------------------------------------------------------------------------

void crowd::audit() {
  std::map<ticket, std::size_t> homes;
  for (const auto& one : known_)
    homes[one.name] = one.home;
  const auto kept = truth_->kept_tickets();
  const auto step =
      with_->check == check_level::full ? 1 : std::max<std::size_t>(kept.size() / light_audit, 1);
  for (std::size_t i = 0; i < kept.size(); i += step) {
    const auto home = homes.at(kept[i]);
    to_audit_.emplace(kept[i], home);
    if (with_->nodes > 1)
      to_audit_.emplace(kept[i],
                        (home + 1 + static_cast<std::size_t>(luck_->below(with_->nodes - 1)))
                            % with_->nodes);
  }
  auditor_ = clients_.size();
  for (std::size_t node = 0; node < with_->nodes; ++node) {
    auto& who = clients_.emplace_back();
    who.node = node;
  }
  audit_some();
}

void crowd::audit_some() {
  if (to_audit_.empty())
    return;
  for (const auto& [about, node] : to_audit_) {
    auto& who = clients_[auditor_ + node];
    if (who.session == 0 && ends_.accepts(node)) {
      who.session = next_session_++;
      by_session_[who.session] = auditor_ + node;
    }
    client_request request;
    request.kind = request_kind::result;
    request.subject = about;
    const bool asked_already = std::any_of(who.open.begin(), who.open.end(), [&](const auto& one) {
      return one.second.request.subject == request.subject;
    });
    if (!asked_already && who.session != 0)
      ask(who, {std::move(request), 0, true, 0});
  }
  time_->after(audit_retry_us, [this] { audit_some(); });
}

} // namespace evenkeel::simulator
