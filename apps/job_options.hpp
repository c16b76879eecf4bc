// What jobs may be and use, for the subcommands that run some: --job-user and --job-limit.
#pragma once

#include "actors/jobs/job_confinement.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace evenkeel::apps {

struct job_choice {
  std::string user;                ///< empty: the node's own
  std::vector<std::string> limits; ///< NAME=VALUE
};

void add_job_confinement(CLI::App& app, job_choice& chosen);

/// Tries it out, and says in the log what is worth knowing. Throws CLI::ValidationError where jobs
/// cannot run like that.
jobs::job_confinement confinement_of(const job_choice& chosen);

/// Refuses a file of ours that jobs could read or change because it is their user's
/// (CLI::ValidationError). Does nothing without a file.
void require_not_theirs(const jobs::job_confinement& confinement, const std::string& option,
                        const std::string& file);
/// The same of all files that are given to a node or a host.
void require_none_theirs(const jobs::job_confinement& confinement, const std::string& tokens,
                         const std::string& tls_key, const std::string& client_tls_key);

} // namespace evenkeel::apps
