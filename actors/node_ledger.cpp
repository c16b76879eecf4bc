// The node actor's other half: clients' requests and the ledger of the jobs submitted here.
#include "actors/core/routing.hpp"
#include "actors/log.hpp"
#include "actors/node.hpp"

#include <map>
#include <utility>
#include <vector>

namespace evenkeel {

// -- clients
// ------------------------------------------------------------------------------------------

void node_state::on_requests(session_requests& incoming) {
  sessions_.try_emplace(incoming.session, incoming.from);
  for (auto& [number, request] : incoming.requests) {
    const core::requester from{false, incoming.session, number};
    if (core::for_other_nodes(request, parts_.ledger->code()))
      self_->send(questions_, remote_request{from, std::move(request)});
    else
      tell_ledger([&, &wanted = request](auto& ledger, auto now, auto& fx) {
        ledger.on_request(from, std::move(wanted), now, fx);
      });
  }
}

void node_state::on_session_closed(const session_closed& gone) {
  sessions_.erase(gone.session);
  parts_.ledger->on_session_closed(gone.session);
  self_->send(questions_, gone);
}

void node_state::on_replies(std::vector<core::reply>& replies) {
  deliver(replies);
}

void node_state::deliver(std::vector<core::reply>& replies) {
  std::map<std::uint64_t, std::vector<numbered_answer>> by_session;
  for (auto& item : replies)
    by_session[item.to.session].push_back({item.to.number, std::move(item.content)});
  for (auto& [session, answers] : by_session) {
    const auto found = sessions_.find(session);
    if (found != sessions_.end())
      self_->send(found->second, std::move(answers));
  }
}

// -- the ledger
// ---------------------------------------------------------------------------------------

void node_state::schedule_flush() {
  if (!std::exchange(flush_scheduled_, true))
    self_->send(self_, flush_atom::value); // behind everything that waits in the mailbox now
}

void node_state::flush() {
  flush_scheduled_ = false;
  parts_.ledger->flush(read_clock(), ledger_step_.fx());
  run_ledger();
  leave_when_done();
}

void node_state::run_ledger() {
  std::vector<core::reply> replies;
  for (auto& output : ledger_step_.commit_and_take(self_))
    std::visit(
        overloaded{
            [&](core::reply& x) { replies.push_back(std::move(x)); },
            [&](core::to_proxy& x) { parts_.link->on_outgoing(std::move(x), link_step_.fx()); },
            [&](core::run_home_calls& x) { self_->send(executor_, std::move(x)); },
            [&](core::load_record& x) {
              self_->send(parts_.store, load{self_, ledger_step_.tag(), x.where});
            },
            [&](core::note& x) { parts_.log.line(x); },
        },
        output);
  deliver(replies);
  run_link();
}

void node_state::on_loaded(const loaded& answer) {
  tell_ledger([&](auto& ledger, auto now, auto& fx) {
    ledger.on_loaded(answer.where, answer.content.get(), now, fx);
  });
}

} // namespace evenkeel
