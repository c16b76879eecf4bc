// What nodes keep and take at most, for the subcommands that run some: --retention, --max-clients
// and their like.
#pragma once

#include "actors/client_gateway.hpp"
#include "actors/start_node.hpp"

#include <CLI/CLI.hpp>

namespace evenkeel::apps {

struct limit_choice {
  node_limits node;
  client_limits clients;
};

void add_limit_options(CLI::App& app, limit_choice& chosen);

} // namespace evenkeel::apps
