// evenkeel spawn and despawn: which nodes the proxy keeps running on which hosts.
#include "actors/system_config.hpp"
#include "apps/commands.hpp"
#include "apps/find_proxy.hpp"
#include "apps/ports.hpp"
#include "apps/tls_options.hpp"

#include <caf/all.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

namespace evenkeel::apps {

namespace {

constexpr auto patience = std::chrono::seconds(10);
constexpr const char* spawn_notes = R"(
The host must run `evenkeel host`. The proxy keeps the order, also over its own restarts, until
`evenkeel despawn`.
Exit status: 0; 1 if it was refused, or the proxy did not answer.

  evenkeel spawn 10.0.0.7:4242 --name a --slots 8)";
constexpr const char* despawn_notes = R"(
It gets no more jobs, within a second it takes none either; it finishes what it runs, and ends. Its
tickets stay in its directory on the host, and can be asked for again once it is spawned again there. While its host
cannot be reached its end is waited for; with --forget it is not, and its name is free at once.
Exit status: 0; 1 if it was refused, or the proxy did not answer.

  evenkeel despawn a)";

struct spawn_choice {
  std::string place;
  std::string name;
  std::uint32_t slots = 0;
  bool forget = false;
  std::string client_address = "127.0.0.1";
  std::uint16_t client_port = 9000;
  std::string proxy_host = "127.0.0.1";
  std::uint16_t proxy_port = 8080;
  tls::file_names tls;
};

/// The proxy's answer, or one that says why there is none.
hosting_answer ask(caf::actor_system& system, const spawn_choice& choice,
                   const std::shared_ptr<const tls::credentials>& ours,
                   const hosting_request& request) {
  const auto found = find_proxy(system, choice.proxy_host, choice.proxy_port, ours,
                                std::chrono::steady_clock::now() + patience);
  if (!found.problem.empty())
    return {errc::unavailable, found.problem};
  caf::scoped_actor self{system};
  hosting_answer result{errc::unavailable, silence_of(choice.proxy_host, choice.proxy_port)};
  self->request(found.proxy, patience, request)
      .receive([&](const hosting_answer& answer) { result = answer; }, [](const caf::error&) {});
  return result;
}

int run(const spawn_choice& choice, const hosting_request& request) {
  const auto ours = load_credentials(choice.tls);
  system_config config{1, ours};
  caf::actor_system system{config};
  const auto answer = ask(system, choice, ours, request);
  if (answer.code == errc::ok)
    std::cout << answer.text << std::endl;
  else
    std::cerr << "evenkeel: " << answer.text << std::endl;
  std::_Exit(answer.code == errc::ok ? 0 : 1); // CAF waits for connections
}

int run_spawn(const spawn_choice& choice) {
  hosting_request request;
  request.order =
      parse_spawn(choice.name.empty() ? choice.place : choice.name + "=" + choice.place);
  request.order.slots = choice.slots;
  request.order.client_address = choice.client_address;
  request.order.client_port = choice.client_port;
  return run(choice, request);
}

int run_despawn(const spawn_choice& choice) {
  hosting_request request;
  request.withdraw = true;
  request.forget = choice.forget;
  request.order.name = choice.name;
  return run(choice, request);
}

void add_proxy_options(CLI::App& app, spawn_choice& choice) {
  app.add_option("--proxy-host", choice.proxy_host, "where the proxy is")
      ->envname("EVENKEEL_PROXY_HOST")
      ->capture_default_str();
  app.add_option("--proxy-port", choice.proxy_port, "its cluster port")
      ->envname("EVENKEEL_PROXY_PORT")
      ->check(whole_number(1, 65535))
      ->capture_default_str();
  add_tls_options(app, choice.tls);
}

} // namespace

void add_spawn_command(CLI::App& app, action& chosen) {
  const auto choice = std::make_shared<spawn_choice>();
  auto* command = app.add_subcommand("spawn", "has the proxy run a node on a host");
  command->add_option("host", choice->place, "HOST:PORT of an `evenkeel host`")->required();
  command->add_option("--name", choice->name, "the node's name [HOST-PORT]");
  command->add_option("--slots", choice->slots, "jobs that run there at the same time [processors]")
      ->check(whole_number(1, 100'000));
  command->add_option("--client-port", choice->client_port, "its port for clients; 0: any free one")
      ->check(port_range())
      ->capture_default_str();
  command->add_option("--client-address", choice->client_address, "its address for clients")
      ->capture_default_str();
  add_proxy_options(*command, *choice);
  command->footer(spawn_notes);
  command->immediate_callback(); // so that other subcommands' variables do not count
  command->callback([choice, &chosen] { chosen = [choice] { return run_spawn(*choice); }; });
}

void add_despawn_command(CLI::App& app, action& chosen) {
  const auto choice = std::make_shared<spawn_choice>();
  auto* command = app.add_subcommand("despawn", "ends a spawned node, once what it runs has ended");
  command->add_option("name", choice->name, "the node's name")->required();
  command->add_flag("--forget", choice->forget,
                    "strike it off the list at once: its host is gone for good");
  add_proxy_options(*command, *choice);
  command->footer(despawn_notes);
  command->immediate_callback(); // so that other subcommands' variables do not count
  command->callback([choice, &chosen] { chosen = [choice] { return run_despawn(*choice); }; });
}

} // namespace evenkeel::apps
