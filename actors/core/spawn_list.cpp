#include "actors/core/spawn_list.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::core {

namespace {

std::string place_of(const spawn_order& order) {
  return order.host + ":" + std::to_string(order.host_port);
}

} // namespace

std::string problem_with_node_name(std::string_view name) {
  constexpr std::size_t longest = 64;
  const bool fits = !name.empty() && name.size() <= longest && name.front() != '.'
                    && std::all_of(name.begin(), name.end(),
                                   [](char c) { return c > ' ' && c <= '~' && c != '/'; });
  return fits ? ""
              : "a node's name has 1 to 64 printable ASCII characters, no blank and no '/', and "
                "does not begin with a '.'";
}

void spawn_list::recover(const record::value& content) {
  const auto* found = std::get_if<record::spawned_node>(&content);
  if (found == nullptr)
    return;
  next_number_ = std::max(next_number_, found->number + 1);
  entry one;
  one.number = found->number;
  one.withdrawn = found->withdrawn;
  one.order.name = found->name;
  one.order.host = found->host;
  one.order.host_port = found->host_port;
  one.order.slots = found->slots;
  one.order.client_address = found->client_address;
  one.order.client_port = found->client_port;
  orders_[found->name] = std::move(one);
}

void spawn_list::on_start(std::uint16_t proxy_port, const std::vector<spawn_order>& wanted,
                          spawn_list_effects& fx) {
  proxy_port_ = proxy_port;
  for (const auto& [name, one] : orders_)
    watch(one, fx);
  for (const auto& order : wanted)
    want(order, fx);
}

/// Of the command line. What the list says already is not changed by it.
void spawn_list::want(const spawn_order& order, spawn_list_effects& fx) {
  const auto complain = [&](const std::string& why) {
    fx.log(note::level::error, "cannot spawn node '" + order.name + "': " + why);
  };
  if (const auto known = orders_.find(order.name); known != orders_.end()) {
    if (known->second.withdrawn)
      complain("it is being despawned");
    else if (place_of(known->second.order) != place_of(order))
      complain("it is on the list for " + place_of(known->second.order) + ", not for "
               + place_of(order) + "; despawn it first");
  } else if (auto why = objection(order); !why.empty()) {
    complain(why);
  } else {
    add(order, fx);
  }
}

void spawn_list::on_request(std::uint64_t asker, const hosting_request& request, bool name_in_use,
                            spawn_list_effects& fx) {
  const auto& order = request.order;
  if (proxy_port_ == 0) {
    fx.emit(answer_hosting{asker, {errc::unavailable, "this proxy is still starting"}});
    return;
  }
  if (request.withdraw)
    return withdraw(asker, request, fx);
  if (auto why = objection(order); !why.empty()) {
    fx.emit(answer_hosting{asker, {errc::bad_request, std::move(why)}});
    return;
  }
  if (const auto known = orders_.find(order.name); known != orders_.end()) {
    auto same = known->second.order;
    same.proxy_host = order.proxy_host;
    same.proxy_port = order.proxy_port;
    if (known->second.withdrawn)
      fx.emit(answer_hosting{asker,
                             {errc::busy, "node '" + order.name
                                              + "' is being despawned: it still finishes what it "
                                                "runs on "
                                              + place_of(known->second.order)
                                              + ", or that host cannot be reached"}});
    else if (same == order)
      fx.emit(answer_hosting{asker, {errc::ok, "node '" + order.name + "' is spawned already"}});
    else
      fx.emit(answer_hosting{asker,
                             {errc::bad_request, "there is a node '" + order.name
                                                     + "' on the list with other settings; "
                                                       "despawn it first"}});
    return;
  }
  if (name_in_use) {
    fx.emit(answer_hosting{
        asker,
        {errc::conflict, "there is a node '" + order.name
                             + "' in the cluster, which is not on this proxy's list; "
                               "stop it first, or take another name. If it is the "
                               "one on that host, and this proxy has lost its disk, "
                               "give the --client-address and --client-port that "
                               "NODES shows"}});
    return;
  }
  add(order, fx);
  fx.emit(answer_hosting{asker,
                         {errc::ok, "node '" + order.name + "' will run on " + place_of(order)
                                        + " as soon as that host is reached"}});
}

std::string spawn_list::objection(const spawn_order& order) const {
  if (auto why = problem_with_node_name(order.name); !why.empty())
    return why;
  if (order.host.empty() || order.host_port == 0)
    return "a host and its port are needed";
  if (proxy_host_.empty())
    return "the nodes there would not find this proxy, which listens on every address: start it "
           "with --advertise ADDRESS";
  if (orders_.size() >= most_nodes)
    return "there are " + std::to_string(most_nodes)
           + " spawned nodes already, and more are not kept";
  return {};
}

void spawn_list::put(const entry& one, spawn_list_effects& fx) {
  const auto& order = one.order;
  fx.put(record::spawned_node{one.number, order.name, order.host, order.host_port, order.slots,
                              order.client_address, order.client_port, one.withdrawn},
         durability::synced);
}

void spawn_list::add(spawn_order order, spawn_list_effects& fx) {
  auto& one = orders_[order.name];
  one.number = next_number_++;
  one.order = std::move(order);
  put(one, fx);
  watch(one, fx);
}

void spawn_list::watch(const entry& one, spawn_list_effects& fx) const {
  auto order = one.order;
  order.proxy_host = proxy_host_;
  order.proxy_port = proxy_port_;
  if (one.withdrawn)
    fx.emit(end_node{std::move(order)});
  else
    fx.emit(watch_node{std::move(order)});
}

void spawn_list::withdraw(std::uint64_t asker, const hosting_request& request,
                          spawn_list_effects& fx) {
  const auto& name = request.order.name;
  const auto known = orders_.find(name);
  if (known == orders_.end()) {
    fx.emit(answer_hosting{asker, {errc::not_found, "no node '" + name + "' was spawned"}});
    return;
  }
  const auto place = place_of(known->second.order);
  if (request.forget) {
    forget(name, fx);
    fx.emit(answer_hosting{asker,
                           {errc::ok, "node '" + name + "' is forgotten; should it run on " + place
                                          + ", it does so until that host ends"}});
    return;
  }
  known->second.withdrawn = true;
  put(known->second, fx);
  watch(known->second, fx);
  fx.emit(answer_hosting{
      asker,
      {errc::ok, "node '" + name + "' is on its way off the list: it finishes what it runs on "
                     + place + ", and then ends. Is that host gone for good, say --forget"}});
}

void spawn_list::forget(const std::string& name, spawn_list_effects& fx) {
  const auto known = orders_.find(name);
  fx.erase({record::kind::spawned_node, {{}, known->second.number}, {}}, durability::synced);
  fx.emit(forget_node{std::move(known->second.order)});
  orders_.erase(known);
}

void spawn_list::on_ended(const std::string& name, spawn_list_effects& fx) {
  const auto known = orders_.find(name);
  if (known == orders_.end() || !known->second.withdrawn)
    return;
  fx.erase({record::kind::spawned_node, {{}, known->second.number}, {}}, durability::synced);
  fx.log(note::level::info, "node '" + name + "' has ended, as it was told to");
  orders_.erase(known);
}

} // namespace evenkeel::core
