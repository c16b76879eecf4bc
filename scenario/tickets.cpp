#include "scenario/tickets.hpp"

namespace evenkeel::scenario {

namespace {

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

} // namespace

void ticket_book::break_promise(const std::string& what) {
  if (breach_.empty())
    breach_ = what;
}

void ticket_book::acknowledged(const std::string& ticket, const std::string& home) {
  const std::lock_guard lock{mutex_};
  if (ticket.empty())
    break_promise("a submission at " + home + " was acknowledged without a ticket");
  else if (!entries_.try_emplace(ticket, entry{home, {}, {}}).second)
    break_promise("ticket " + ticket + " was given twice");
  else
    order_.push_back(ticket);
}

verdict ticket_book::answered(const std::string& ticket, const std::string& asked,
                              const client::reply& answer) {
  const std::lock_guard lock{mutex_};
  auto& known = entries_.at(ticket);
  if (!answer.ok()) {
    if (answer.code() == "NOT_FOUND")
      break_promise("an acknowledged ticket was not found at " + asked + ": "
                    + std::string(answer.line));
    return answer.code() == "NOT_READY" ? verdict::not_ready : verdict::refused;
  }
  auto result = std::string(answer.line) + '\n' + std::string(answer.body);
  if (known.result.empty()) {
    known.result = std::move(result);
    known.seen_at = asked;
    ++results_;
  } else if (known.result != result) {
    break_promise("the result of " + ticket + " has changed: at " + known.seen_at + " it was \""
                  + first_line(known.result) + "\", at " + asked + " it is \""
                  + first_line(result) + "\""
                  + (first_line(result) == first_line(known.result) ? " with other output" : ""));
  }
  return verdict::result;
}

std::string ticket_book::breach() const {
  const std::lock_guard lock{mutex_};
  return breach_;
}

std::size_t ticket_book::tickets() const {
  const std::lock_guard lock{mutex_};
  return order_.size();
}

std::size_t ticket_book::results() const {
  const std::lock_guard lock{mutex_};
  return results_;
}

std::vector<known_ticket> ticket_book::all() const {
  const std::lock_guard lock{mutex_};
  std::vector<known_ticket> found;
  for (const auto& ticket : order_)
    found.push_back({ticket, entries_.at(ticket).home});
  return found;
}

std::vector<known_ticket> ticket_book::without_result() const {
  const std::lock_guard lock{mutex_};
  std::vector<known_ticket> found;
  for (const auto& ticket : order_)
    if (const auto& known = entries_.at(ticket); known.result.empty())
      found.push_back({ticket, known.home});
  return found;
}

std::string ticket_book::result_of(const std::string& ticket) const {
  const std::lock_guard lock{mutex_};
  return first_line(entries_.at(ticket).result);
}

} // namespace evenkeel::scenario
