// The subcommands of `evenkeel`. Each adds itself to the parser and puts what it does, once parsing
// is done, into `chosen`; its return value is the exit status.
#pragma once

#include "apps/options.hpp"

#include <functional>

namespace evenkeel::apps {

using action = std::function<int()>;

void add_proxy_command(CLI::App& app, action& chosen);
void add_node_command(CLI::App& app, action& chosen);
void add_host_command(CLI::App& app, action& chosen);
void add_spawn_command(CLI::App& app, action& chosen);
void add_despawn_command(CLI::App& app, action& chosen);
void add_token_command(CLI::App& app, action& chosen);
void add_ping_command(CLI::App& app, action& chosen);
void add_retire_command(CLI::App& app, action& chosen);
void add_certs_command(CLI::App& app, action& chosen);
void add_check_command(CLI::App& app, action& chosen);
void add_bench_command(CLI::App& app, action& chosen);
void add_sim_command(CLI::App& app, action& chosen);
void add_scenario_command(CLI::App& app, action& chosen);

} // namespace evenkeel::apps
