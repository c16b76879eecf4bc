#include "apps/job_options.hpp"

#include "actors/jobs/confinement_check.hpp"
#include "actors/log.hpp"
#include "apps/options.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <stdexcept>

namespace evenkeel::apps {

namespace {

constexpr const char* user_option = "--job-user";
constexpr const char* limit_option = "--job-limit";

[[noreturn]] void refuse_limit(const std::string& text, const std::string& why) {
  throw CLI::ValidationError(limit_option, text + ": " + why);
}

std::string known_names() {
  std::string names;
  for (const auto& kind : jobs::limit_kinds())
    names += (names.empty() ? "" : " ") + std::string(kind.name);
  return names;
}

const jobs::limit_kind& kind_named(const std::string& name, const std::string& text) {
  for (const auto& kind : jobs::limit_kinds())
    if (kind.name == name)
      return kind;
  refuse_limit(text, "NAME=VALUE is meant, with a name of " + known_names());
}

/// "2G" as bytes in digits; other texts as they are.
std::string without_unit(const jobs::limit_kind& kind, std::string value, const std::string& text) {
  if (kind.unit == jobs::limit_unit::bytes)
    if (const auto problem = byte_size()(value); !problem.empty())
      refuse_limit(text, problem);
  return value;
}

jobs::job_limit parse_limit(const std::string& text) {
  const auto equals = std::min(text.find('='), text.size());
  const auto& kind = kind_named(text.substr(0, equals), text);
  const auto digits =
      without_unit(kind, equals < text.size() ? text.substr(equals + 1) : std::string{}, text);
  jobs::job_limit limit{&kind, 0};
  const auto* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, limit.value);
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (error != std::errc{} || stop != end || limit.value > most)
    refuse_limit(text, kind.unit == jobs::limit_unit::seconds ? "a number of seconds is meant"
                                                              : "a whole number is meant");
  return limit;
}

std::vector<jobs::job_limit> parse_limits(const std::vector<std::string>& texts) {
  std::vector<jobs::job_limit> limits;
  for (const auto& text : texts) {
    const auto limit = parse_limit(text);
    if (std::ranges::find(limits, limit.kind, &jobs::job_limit::kind) != limits.end())
      refuse_limit(text, "it is given twice");
    limits.push_back(limit);
  }
  return limits;
}

} // namespace

void add_job_confinement(CLI::App& app, job_choice& chosen) {
  app.add_option(user_option, chosen.user,
                 "user that jobs run as; the node itself runs as root then [the node's own]")
      ->envname("EVENKEEL_JOB_USER")
      ->check(not_empty());
  app.add_option(limit_option, chosen.limits,
                 "NAME=VALUE,...: limits of each process of a job, of " + known_names()
                     + "; sizes as 500M, cpu in seconds [the node's own]")
      ->envname("EVENKEEL_JOB_LIMIT")
      ->delimiter(',');
}

jobs::job_confinement confinement_of(const job_choice& chosen) {
  jobs::job_confinement wanted;
  wanted.limits = parse_limits(chosen.limits);
  const std::string option = chosen.user.empty() ? limit_option : user_option;
  try {
    if (!chosen.user.empty())
      wanted.user = jobs::find_user(chosen.user);
    wanted = jobs::tried(std::move(wanted));
  } catch (const std::runtime_error& error) {
    throw CLI::ValidationError(option, error.what());
  }
  if (wanted.user) {
    log_line(core::note::level::info,
             "jobs run as user " + wanted.user->name + " in " + wanted.directory);
    if (!jobs::may_look_into_others_processes())
      log_line(core::note::level::warning,
               "CAP_SYS_PTRACE is missing: what jobs leave running when this node is killed will "
               "not be found");
  }
  return wanted;
}

void require_not_theirs(const jobs::job_confinement& confinement, const std::string& option,
                        const std::string& file) {
  struct stat found {};
  if (!confinement.user || file.empty() || ::stat(file.c_str(), &found) != 0)
    return; // what cannot be looked at is refused by who reads it
  if (found.st_uid == confinement.user->uid)
    throw CLI::ValidationError(option, file + " belongs to " + confinement.user->name
                                           + ", and so to jobs: chown it to root");
}

void require_none_theirs(const jobs::job_confinement& confinement, const std::string& tokens,
                         const std::string& tls_key, const std::string& client_tls_key) {
  require_not_theirs(confinement, "--tokens", tokens);
  require_not_theirs(confinement, "--tls-key", tls_key);
  require_not_theirs(confinement, "--client-tls-key", client_tls_key);
}

} // namespace evenkeel::apps
