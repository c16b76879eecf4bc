// evenkeel: one binary, a subcommand for each part of a cluster.
#include "actors/disk.hpp"
#include "apps/commands.hpp"
#include "messages/version.hpp"

#include <exception>
#include <iostream>
#include <string>

namespace {

constexpr int exit_usage = 2;
constexpr const char* examples = R"(
A cluster on this machine, and a job:

  evenkeel proxy &
  evenkeel node --name a &
  evenkeel node --name b --client-port 9001 &
  printf '%s\n' 'SUBMIT -- date' 'WAIT LAST' QUIT | nc 127.0.0.1 9000

Every option --some-name can be given as EVENKEEL_SOME_NAME as well.
`evenkeel SUBCOMMAND --help` tells more.)";

/// What was printed is on its way, or the run has failed.
int checked(int status) {
  if (std::cout.flush())
    return status;
  std::cerr << "evenkeel: cannot write to the standard output\n";
  return status == 0 ? 1 : status;
}

/// One line, whatever CLI11 made of it.
std::string problem_of(const CLI::ParseError& error, const CLI::App& app, int argc, char** argv) {
  std::string text = error.what();
  if (app.get_subcommands().empty() && argc > 1 && argv[1][0] != '-')
    text = std::string("there is no subcommand '") + argv[1] + "'";
  for (auto& c : text)
    if (c == '\n')
      c = ' ';
  return text + " (--help tells more)";
}

} // namespace

int main(int argc, char** argv) {
  namespace apps = evenkeel::apps;
  apps::adopt_original_variables();
  apps::prefer_given_log_level(argc, argv);
  CLI::App app{"Evenkeel, a cluster job scheduler: submit to any node, equal load on all."};
  app.set_version_flag("--version", std::string("evenkeel ") + evenkeel::version);
  app.require_subcommand(1);
  app.footer(examples);
  apps::action chosen;
  apps::add_proxy_command(app, chosen);
  apps::add_node_command(app, chosen);
  apps::add_host_command(app, chosen);
  apps::add_spawn_command(app, chosen);
  apps::add_despawn_command(app, chosen);
  apps::add_token_command(app, chosen);
  apps::add_ping_command(app, chosen);
  apps::add_retire_command(app, chosen);
  apps::add_certs_command(app, chosen);
  apps::add_check_command(app, chosen);
  apps::add_bench_command(app, chosen);
  apps::add_sim_command(app, chosen);
  apps::add_scenario_command(app, chosen);
  try {
    app.parse(argc, argv);
    return checked(chosen());
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) // --help and --version
      return app.exit(error);
    std::cerr << "evenkeel: " << problem_of(error, app, argc, argv) << '\n';
    return exit_usage;
  } catch (const evenkeel::disk_error& error) {
    std::cerr << "evenkeel: " << error.what() << '\n';
    return evenkeel::exit_io_error;
  } catch (const std::exception& error) {
    std::cerr << "evenkeel: " << error.what() << '\n';
    return 1;
  }
}
