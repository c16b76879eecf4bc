#include "apps/scenario_judges.hpp"

#include "actors/core/request_parser.hpp"
#include "actors/jobs/function_registry.hpp"
#include "apps/commands.hpp"
#include "messages/job.hpp"
#include "scenario/command_line.hpp"
#include "scenario/quoted.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace evenkeel::apps {

namespace {

std::string problem_of_function(const std::string& name) {
  const auto& all = jobs::function_registry::global();
  if (all.find(name))
    return {};
  std::string text = "there is no function " + scenario::quoted(name) + "; there are:";
  for (const auto& known : all.names())
    text += " " + known;
  return text;
}

std::string problem_of_job(const std::string& job) {
  core::parsed_request parsed;
  core::parse_request(job, {}, parsed);
  if (parsed.code != errc::ok)
    return parsed.text;
  if (!parsed.request.key.empty())
    return "with key= all submissions are one job, and here each is counted as one";
  const auto& spec = parsed.request.spec;
  return spec.kind == job_kind::function ? problem_of_function(spec.text) : "";
}

/// Given by the scenario, so a script cannot give them as well.
std::string taken_option(scenario::member_kind kind, const std::string& name,
                         const scenario::launch_place& place,
                         const std::vector<std::string>& options) {
  auto ours = scenario::command_line(kind, name, place, {"--slots"});
  if (kind == scenario::member_kind::spawned)
    ours.insert(ours.end(), {"--tls-cert", "--tls-key", "--tls-ca"}); // the proxy's
  if (kind == scenario::member_kind::proxy)
    ours.insert(ours.end(), {"--spawn", "--advertise"}); // the verb `spawn`
  for (const auto& own : ours)
    for (const auto& word : options)
      if (own.starts_with("--") && own != "--slots" && scenario::option_name(word) == own)
        return own + " is the scenario's own";
  return {};
}

/// A word that no option takes; empty if there is none.
std::string stray_word(const CLI::App& command) {
  const auto stray = command.remaining();
  if (stray.empty())
    return {};
  const auto& word = stray.front();
  if (word.starts_with("-"))
    return "there is no " + scenario::quoted(word) + "; evenkeel " + command.get_name()
           + " --help has all there are";
  return scenario::quoted(word) + " belongs to no option, and names stand before them";
}

std::string problem_of_options(scenario::member_kind kind, const std::string& name,
                               const std::vector<std::string>& options) {
  scenario::launch_place place{"127.0.0.1", 1, "127.0.0.1", 1, "data", true, 1};
  if (auto taken = taken_option(kind, name, place, options); !taken.empty())
    return taken;
  place.beyond_loopback = false;
  auto words = scenario::command_line(kind, name, place, options);
  CLI::App app;
  action none;
  add_proxy_command(app, none);
  add_node_command(app, none);
  add_host_command(app, none);
  add_spawn_command(app, none);
  auto& command = *app.get_subcommand(words.front());
  command.allow_extras();
  for (auto* option : command.get_options())
    option->envname("");                    // the processes get none of our variables
  std::reverse(words.begin(), words.end()); // as CLI11 wants it
  try {
    app.parse(words);
  } catch (const CLI::Success&) {
    return "with --help nothing is started";
  } catch (const CLI::ParseError& error) {
    std::string text = error.what();
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
  }
  return stray_word(command);
}

} // namespace

scenario::judges judges_of_this_binary() {
  return {problem_of_job, problem_of_options};
}

} // namespace evenkeel::apps
