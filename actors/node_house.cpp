#include "actors/node_house.hpp"

#include "actors/client_gateway.hpp"
#include "actors/core/spawn_list.hpp"
#include "actors/disk.hpp"
#include "actors/log.hpp"
#include "actors/loopback.hpp"
#include "actors/start_node.hpp"

#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace evenkeel {

namespace {

struct tenant {
  enum class stage : std::uint8_t { moving_in, running, ended };
  std::uint64_t life = 0; ///< of this house's tenants: a name may be taken again
  stage at = stage::moving_in;
  spawn_order order;    ///< with what was left to this host
  bool leaving = false; ///< was told to end
  std::string problem;  ///< why the last attempt failed, also during the next
  node_service actor;
  std::unique_ptr<client_gateway> gateway;
  std::shared_ptr<recovered_node> recovered;
  node_helpers helpers;
};

} // namespace

struct node_house::state {
  house_settings settings;
  mutable std::mutex guard;
  std::condition_variable changed;
  std::map<std::string, tenant> tenants;
  /// By name, for whom a node ran last: what it has left there is that proxy's, until this process
  /// ends.
  std::map<std::string, spawn_order> owners;
  std::uint64_t next_life = 1;
  bool stopping = false;

  /// Empty where the name is this life's from now on.
  std::string reserve(const spawn_order& order, std::uint64_t& life) {
    const auto& name = order.name;
    if (auto why = core::problem_with_node_name(name); !why.empty())
      return why;
    const std::scoped_lock lock{guard};
    if (stopping)
      return "this host is stopping";
    if (const auto owner = owners.find(name);
        owner != owners.end() && proxy_of(owner->second) != proxy_of(order))
      return "its directory is that of a node of the proxy at " + proxy_of(owner->second);
    const auto known = tenants.find(name);
    if (known != tenants.end() && known->second.at != tenant::stage::ended)
      return "it runs there already";
    if (known != tenants.end() && known->second.gateway)
      return "its last life is being cleared away";
    life = next_life++;
    auto& one = tenants[name]; // its problem is kept, so that the log has it once
    one.life = life;
    one.at = tenant::stage::moving_in;
    one.order = order;
    return {};
  }
  void fail(const std::string& name, std::string why) {
    const std::scoped_lock lock{guard};
    auto& one = tenants[name];
    one.at = tenant::stage::ended;
    if (one.problem == why)
      return;
    log_line(core::note::level::error, "node '" + name + "' cannot run here: " + why);
    one.problem = std::move(why);
  }
  /// Said twice of each: when it has stopped, and when its actor is gone.
  void ended(const std::string& name, std::uint64_t life) {
    const std::scoped_lock lock{guard};
    const auto known = tenants.find(name);
    if (known == tenants.end() || known->second.life != life)
      return;
    known->second.at = tenant::stage::ended;
    changed.notify_all();
  }
  /// Of very many names that nodes have had here, some are forgotten. Under `guard`.
  void own(const spawn_order& order) {
    if (owners.size() >= core::spawn_list::most_nodes)
      std::erase_if(owners, [this](const auto& one) { return !tenants.contains(one.first); });
    owners[order.name] = order;
  }
  node_options options_for(const spawn_order& order) const {
    node_options options;
    options.proxy_host = order.proxy_host;
    options.proxy_port = order.proxy_port;
    options.name = order.name;
    options.log.whose = "node '" + order.name + "'";
    options.slots = order.slots == 0 ? settings.default_slots : order.slots;
    options.client_address = order.client_address;
    options.client_port = order.client_port;
    options.credentials = settings.credentials;
    options.confinement = settings.confinement;
    options.limits = settings.limits;
    options.data_directory = settings.data_directory + "/" + order.name;
    return options;
  }
  std::shared_ptr<const token_book> tokens() const {
    const std::scoped_lock lock{guard};
    return settings.tokens;
  }
  void require_right_to_listen(const spawn_order& order) const {
    if (!settings.open && !tokens() && !is_loopback(order.client_address))
      throw std::runtime_error("a client port on " + order.client_address
                               + " needs a host that was started with --tokens, or with --open: "
                                 "whoever connects may run commands there");
  }
};

node_house::node_house(house_settings settings) : state_{std::make_unique<state>()} {
  state_->settings = std::move(settings);
}
node_house::~node_house() = default;

node_service::behavior_type node_house::move_in(node_state::pointer self,
                                                const spawn_order& order) {
  std::uint64_t life = 0;
  const auto refused = state_->reserve(order, life);
  if (!refused.empty()) { // whoever has the name keeps it
    self->quit(caf::exit_reason::user_shutdown);
    return node_service::behavior_type::make_empty_behavior();
  }
  try {
    state_->require_right_to_listen(order);
    auto options = state_->options_for(order);
    gateway_settings clients;
    clients.log = options.log;
    clients.address = order.client_address;
    clients.port = order.client_port;
    clients.limits = state_->settings.clients;
    clients.tokens = state_->tokens();
    clients.identity = state_->settings.identity;
    auto gateway = std::make_unique<client_gateway>(clients);
    options.client_port = gateway->port();
    auto recovered = recover_node(options);
    const auto on_end = [this, name = order.name, life] { state_->ended(name, life); };
    auto outfit = outfit_of(self->system(), options, recovered, on_end);
    auto body = node(self, std::move(outfit.parts));
    self->attach_functor([on_end](const caf::error&) { on_end(); });
    gateway->start(self->system(), node_service{self});
    log_line(core::note::level::info, "node '" + order.name + "' is ready for clients on "
                                          + options.client_address + ":"
                                          + std::to_string(options.client_port));
    const std::scoped_lock lock{state_->guard};
    if (clients.tokens != state_->settings.tokens) // they were replaced meanwhile
      gateway->replace_tokens(state_->settings.tokens);
    auto& one = state_->tenants[order.name];
    one.at = tenant::stage::running;
    one.order.slots = options.slots;
    one.order.client_port = options.client_port;
    one.problem.clear();
    state_->own(one.order);
    one.actor = node_service{self};
    one.gateway = std::move(gateway);
    one.recovered = std::move(recovered);
    one.helpers = std::move(outfit.helpers);
    return body;
  } catch (const std::exception& error) {
    state_->fail(order.name, error.what());
    self->quit(caf::exit_reason::user_shutdown);
    return node_service::behavior_type::make_empty_behavior();
  }
}

host_report node_house::report() const {
  host_report all;
  all.process = state_->settings.process;
  const std::scoped_lock lock{state_->guard};
  for (const auto& [name, one] : state_->tenants)
    all.nodes.push_back({one.order, one.at == tenant::stage::running,
                         one.at == tenant::stage::ended ? one.problem : std::string{}, false});
  for (const auto& [name, order] : state_->owners)
    if (!state_->tenants.contains(name))
      all.nodes.push_back({order, false, {}, true});
  return all;
}

void node_house::withdraw(const std::string& name) {
  const std::scoped_lock lock{state_->guard};
  const auto known = state_->tenants.find(name);
  if (known == state_->tenants.end())
    return;
  auto& one = known->second;
  if (one.at == tenant::stage::running) {
    caf::anon_send(one.actor, finish_atom::value);
    if (!std::exchange(one.leaving, true))
      log_line(core::note::level::info,
               "node '" + name
                   + "' is despawned: it takes no more jobs, finishes what "
                     "it runs, and ends");
  }
  if (one.at == tenant::stage::ended && !one.gateway)
    state_->tenants.erase(known);
}

bool node_house::stop_all(std::chrono::milliseconds patience) {
  std::unique_lock lock{state_->guard};
  state_->stopping = true;
  for (auto& [name, one] : state_->tenants)
    if (one.at == tenant::stage::running)
      caf::anon_send(one.actor, stop_atom::value);
  const auto none_runs = [this] {
    for (const auto& [name, one] : state_->tenants)
      if (one.at == tenant::stage::running)
        return false;
    return true;
  };
  const bool in_time = state_->changed.wait_for(lock, patience, none_runs);
  lock.unlock();
  sweep();
  return in_time;
}

void node_house::replace_tokens(const std::shared_ptr<const token_book>& tokens) {
  const std::scoped_lock lock{state_->guard};
  state_->settings.tokens = tokens;
  for (auto& [name, one] : state_->tenants)
    if (one.gateway)
      one.gateway->replace_tokens(tokens);
}

void node_house::sweep() {
  std::vector<tenant> gone;
  std::vector<std::string> names;
  {
    const std::scoped_lock lock{state_->guard};
    for (auto& [name, one] : state_->tenants)
      if (one.at == tenant::stage::ended && one.gateway) {
        names.push_back(name);
        gone.push_back(std::exchange(one, {})); // of no life: its actor's end means nothing more
        one.at = tenant::stage::moving_in;      // until it is cleared away the name is taken
        one.order = gone.back().order;
      }
  }
  for (auto& one : gone) {
    log_line(core::note::level::info, "node '" + one.order.name + "' has ended");
    one.gateway->stop();
    end_detached(*one.recovered);
    end_actors(one.actor, one.helpers);
  }
  gone.clear();
  const std::scoped_lock lock{state_->guard};
  for (const auto& name : names)
    state_->tenants.erase(name);
}

} // namespace evenkeel
