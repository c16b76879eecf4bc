#include "apps/limit_options.hpp"

#include "apps/options.hpp"

namespace evenkeel::apps {

namespace {

void add_client_limits(CLI::App& app, client_limits& chosen) {
  app.add_option("--max-clients", chosen.max_sessions, "connections at most; then -BUSY")
      ->envname("EVENKEEL_MAX_CLIENTS")
      ->check(whole_number())
      ->capture_default_str();
  app.add_option("--max-clients-per-address", chosen.max_of_address,
                 "of these from one address, but for this machine's own; 0: no limit")
      ->envname("EVENKEEL_MAX_CLIENTS_PER_ADDRESS")
      ->check(whole_number())
      ->capture_default_str();
  app.add_option("--max-clients-per-token", chosen.max_of_token,
                 "of these with tokens of one name; 0: no limit")
      ->envname("EVENKEEL_MAX_CLIENTS_PER_TOKEN")
      ->check(whole_number())
      ->capture_default_str();
  app.add_option("--max-client-bytes", chosen.max_bytes_a_second,
                 "bytes a second, as 500k or 10M, that are read from one address, but for this "
                 "machine's own, and for tokens of one name; 0: no limit")
      ->envname("EVENKEEL_MAX_CLIENT_BYTES")
      ->transform(byte_size())
      ->capture_default_str();
}

void add_node_limits(CLI::App& app, node_limits& chosen) {
  constexpr double ms_per_day = 24.0 * 3600 * 1000;
  app.add_option("--capture-limit", chosen.capture_limit,
                 "bytes kept of each of a job's stdout and stderr")
      ->envname("EVENKEEL_CAPTURE_LIMIT")
      ->check(whole_number(0, std::uint64_t{1} << 20U))
      ->capture_default_str();
  const auto keep = [&chosen](const double& days) {
    chosen.retention_ms = static_cast<std::uint64_t>(days * ms_per_day);
  };
  app.add_option_function<double>("--retention", keep, "days for which results are kept")
      ->envname("EVENKEEL_RETENTION")
      ->check(decimal_between(0, 36500))
      ->default_str("7");
  app.add_option("--max-open-jobs", chosen.max_open_jobs,
                 "unfinished jobs submitted to a node; beyond: -BUSY")
      ->envname("EVENKEEL_MAX_OPEN_JOBS")
      ->check(whole_number())
      ->capture_default_str();
  app.add_option("--max-open-jobs-per-token", chosen.max_open_jobs_of_token,
                 "of these with tokens of one name; beyond: -BUSY; 0: no limit")
      ->envname("EVENKEEL_MAX_OPEN_JOBS_PER_TOKEN")
      ->check(whole_number())
      ->capture_default_str();
  app.add_option("--disk-reserve", chosen.disk_reserve_bytes,
                 "bytes of free disk, as 64M, below which submissions get -BUSY")
      ->envname("EVENKEEL_DISK_RESERVE")
      ->transform(byte_size())
      ->capture_default_str();
}

} // namespace

void add_limit_options(CLI::App& app, limit_choice& chosen) {
  add_client_limits(app, chosen.clients);
  add_node_limits(app, chosen.node);
}

} // namespace evenkeel::apps
