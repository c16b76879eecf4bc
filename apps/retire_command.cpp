// evenkeel retire: a node that will never come back holds nothing up any more.
#include "apps/commands.hpp"
#include "client/connection.hpp"
#include "client/token_file.hpp"

#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace evenkeel::apps {

namespace {

constexpr std::chrono::seconds patience{10};
constexpr const char* notes = R"(
The cluster drops the unfinished jobs that were submitted there, and the results that wait for it.
Refused while that node is connected. If it comes back after all, with its data, it is taken in
again, and its jobs run.
Exit status: 0; 1 if it was refused, or no node answered.

  evenkeel retire k7m2q
  evenkeel retire k7m2q 10.0.0.7 9000)";

struct retire_choice {
  std::string code;
  std::string host = "127.0.0.1";
  std::uint16_t port = 9000;
  std::string token_file; ///< empty: no token is shown
};

int run(const retire_choice& choice) {
  if (choice.code.find_first_of(" \t\r\n") != std::string::npos)
    throw CLI::ValidationError("code", "one word: the part of the node's tickets before the '-'");
  const auto until = std::chrono::steady_clock::now() + patience;
  client::connection node{choice.host, choice.port, until};
  if (!choice.token_file.empty())
    client::authenticate(node, client::token_in(choice.token_file), until);
  const auto reply = node.ask("RETIRE " + choice.code, until);
  if (!reply.ok())
    throw std::runtime_error(std::string(reply.line));
  std::cout << reply.line << '\n';
  return 0;
}

} // namespace

void add_retire_command(CLI::App& app, action& chosen) {
  const auto choice = std::make_shared<retire_choice>();
  auto* command = app.add_subcommand("retire", "tells the cluster that a node is dead for good");
  command->add_option("code", choice->code, "what its tickets begin with, before the '-'")
      ->required();
  command->add_option("host", choice->host, "client address of any live node")
      ->envname("EVENKEEL_CLIENT_ADDRESS")
      ->capture_default_str();
  command->add_option("port", choice->port, "its client port")
      ->envname("EVENKEEL_CLIENT_PORT")
      ->check(port_range())
      ->capture_default_str();
  command
      ->add_option(
          "--token-file", choice->token_file,
          "file whose first line is a token with the right admin, where the node asks for one")
      ->envname("EVENKEEL_TOKEN_FILE")
      ->check(not_empty());
  command->footer(notes);
  command->immediate_callback(); // so that other subcommands' variables do not count
  command->callback([choice, &chosen] { chosen = [choice] { return run(*choice); }; });
}

} // namespace evenkeel::apps
