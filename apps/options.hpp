// What the subcommands share: CLI11 set up our way (every option has an EVENKEEL_* twin), logging,
// and the wait for SIGTERM.
#pragma once

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <string>

namespace evenkeel::apps {

struct log_options {
  std::string level = "info";
  bool verbose = false;
};

/// --log-level and VERBOSE.
void add_log_options(CLI::App& app, log_options& chosen);
/// Starts logging.
void apply(const log_options& chosen);

/// The original system's variables stand for ours unless those are set: DISPATCH_PERIOD means
/// EVENKEEL_DISPATCH_PERIOD, and so on. Before parsing.
void adopt_original_variables();
/// A --log-level on the command line wins over EVENKEEL_VERBOSE. Before parsing, which forgets
/// where a value came from; after adopt_original_variables.
void prefer_given_log_level(int argc, char** argv);

/// Before any thread exists: SIGTERM, SIGINT and SIGHUP are waited for, not handled.
void block_stop_signals();
/// Returns the signal that asked us to stop. SIGHUP does not: it calls `on_hangup`, or is noted in
/// the log and changes nothing.
int wait_for_stop_signal(const std::function<void()>& on_hangup = {});

/// 0 to 65535.
CLI::Validator port_range();
/// Something. An empty directory is nobody's wish.
CLI::Validator not_empty();
/// A number of bytes, as 4096, 500k, 2G (of 1024 each); becomes digits.
CLI::Validator byte_size();
/// Decimal digits. CLI11 takes -1 and numbers that do not fit for the largest that does, nothing
/// for 0, and 010 for 8.
CLI::Validator whole_number(std::uint64_t least = 0, std::uint64_t most = UINT64_MAX);
/// CLI::Range lets "nan" through.
CLI::Validator decimal_between(double least, double most);

/// Name of this host.
std::string host_name();

} // namespace evenkeel::apps
