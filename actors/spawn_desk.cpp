#include "actors/spawn_desk.hpp"

#include "actors/clock.hpp"
#include "actors/host_keeper.hpp"
#include "actors/log.hpp"

namespace evenkeel {

void spawn_desk_state::start(pointer self, store_actor store,
                             std::shared_ptr<core::spawn_list> list,
                             std::shared_ptr<const tls::credentials> ours) {
  self_ = self;
  list_ = std::move(list);
  ours_ = std::move(ours);
  step_ = {std::move(store), 0};
}

void spawn_desk_state::on_listening(const proxy_listens& news) {
  list_->on_start(news.port, news.wanted, step_.fx());
  flush();
}

caf::result<hosting_answer> spawn_desk_state::on_request(const hosting_wish& wish) {
  constexpr std::size_t most_askers = 1000;
  if (askers_.size() >= most_askers)
    return hosting_answer{errc::busy, "too many orders wait for the disk"};
  const auto asker = next_asker_++;
  auto promise = self_->make_response_promise<hosting_answer>();
  askers_.emplace(asker, promise);
  list_->on_request(asker, wish.content, wish.name_in_use, step_.fx());
  flush();
  return promise;
}

void spawn_desk_state::on_ended(const node_ended& news) {
  list_->on_ended(news.name, step_.fx());
  flush();
}

void spawn_desk_state::on_committed(const committed& news) {
  step_.on_committed(news.number);
  flush();
}

void spawn_desk_state::flush() {
  for (auto outputs = step_.commit_and_take(self_); !outputs.empty();
       outputs = step_.commit_and_take(self_))
    for (auto& output : outputs)
      run(output);
}

host_keeper_actor& spawn_desk_state::keeper_of(const spawn_order& order) {
  auto& keeper = keepers_[{order.host, order.host_port}];
  if (!keeper)
    keeper = self_->spawn<caf::detached>(host_keeper, spawn_desk_actor{self_}, order.host,
                                         order.host_port, ours_);
  return keeper;
}

void spawn_desk_state::run(core::spawn_list_output& output) {
  std::visit(overloaded{
                 [&](core::watch_node& x) { self_->send(keeper_of(x.order), std::move(x)); },
                 [&](core::end_node& x) { self_->send(keeper_of(x.order), std::move(x)); },
                 [&](core::forget_node& x) { self_->send(keeper_of(x.order), std::move(x)); },
                 [&](core::answer_hosting& x) {
                   if (const auto asker = askers_.find(x.asker); asker != askers_.end()) {
                     asker->second.deliver(std::move(x.content));
                     askers_.erase(asker);
                   }
                 },
                 [](core::note& x) { log_line(x); },
             },
             output);
}

spawn_desk_actor::behavior_type spawn_desk(spawn_desk_state::pointer self, store_actor store,
                                           std::shared_ptr<core::spawn_list> list,
                                           std::shared_ptr<const tls::credentials> ours) {
  auto* state = &self->state;
  state->start(self, std::move(store), std::move(list), std::move(ours));
  return {
      [state](const hosting_wish& wish) { return state->on_request(wish); },
      [state](const proxy_listens& news) { state->on_listening(news); },
      [state](const node_ended& news) { state->on_ended(news); },
      [state](const committed& news) { state->on_committed(news); },
      [](const loaded&) {},
  };
}

} // namespace evenkeel
