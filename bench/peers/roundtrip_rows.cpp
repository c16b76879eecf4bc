// Jobs from submission to result.
#include "bench/peers/batch.hpp"
#include "bench/peers/loads.hpp"
#include "bench/peers/row.hpp"
#include "bench/peers/servers.hpp"
#include "bench/peers/talkers.hpp"

namespace evenkeel::bench {

namespace {

constexpr std::size_t many_clients = 64;
constexpr std::size_t nodes = 3;
constexpr std::size_t redis_workers = 64;
/// Of beanstalkd and gearmand. With 3 or 64 they get no more done, or less; Redis likes many.
constexpr std::size_t few_workers = 8;

figures evenkeel(run_context& run, std::size_t clients) {
  return timed_load(
      run, "Evenkeel", start_evenkeel(run.here, nodes), clients,
      [](std::uint32_t number) { return evenkeel_client(task::roundtrip, number, noop_job); });
}

figures redis(run_context& run, std::size_t clients) {
  const auto port = start_redis(run.here);
  start_workers(run.here, "redis", port, redis_workers);
  return timed_load(run, "Redis", {port}, clients,
                    [](std::uint32_t number) { return redis_client(task::roundtrip, number); });
}

figures gearmand(run_context& run, std::size_t clients) {
  const auto port = start_gearmand(run.here);
  start_workers(run.here, "gearman", port, few_workers);
  return timed_load(run, "gearmand", {port}, clients,
                    [](std::uint32_t number) { return gearman_client(task::roundtrip, number); });
}

figures beanstalkd(run_context& run, std::size_t clients, beanstalkd_log log) {
  const auto port = start_beanstalkd(run.here, log);
  start_workers(run.here, "beanstalkd", port, clients == 1 ? 1 : few_workers);
  return timed_load(run, "beanstalkd", {port}, clients, [](std::uint32_t number) {
    return beanstalkd_client(task::roundtrip, number);
  });
}

row many_at_a_time() {
  const figure_name ours{"evenkeel", "per_s"};
  return {"roundtrip-64",
          {{"evenkeel", [](run_context& run) { return evenkeel(run, many_clients); }},
           {"redis", [](run_context& run) { return redis(run, many_clients); }},
           {"gearmand", [](run_context& run) { return gearmand(run, many_clients); }},
           {"beanstalkd",
            [](run_context& run) { return beanstalkd(run, many_clients, beanstalkd_log::none); }}},
          {{"jobs with result, 64 clients; Redis always",
            "/s",
            ours,
            figure_name{"redis", "per_s"},
            {goal::kind::ratio_at_least, 2}},
           {"the same; gearmand without persistence",
            "/s",
            ours,
            figure_name{"gearmand", "per_s"},
            {goal::kind::ratio_at_least, 1}},
           {"the same; beanstalkd without a log",
            "/s",
            ours,
            figure_name{"beanstalkd", "per_s"},
            {goal::kind::ratio_at_least, 1}}}};
}

figures batch(run_context& run, std::uint64_t count) {
  const auto ports = start_evenkeel(run.here, nodes);
  return {{"per_s", run_batch(ports.front(), count, run.here.stop())}};
}

row one_batch() {
  constexpr std::uint64_t usual = 100'000;
  constexpr std::uint64_t quick = 500;
  return {"batch-pipelined",
          {{"evenkeel", [](run_context& run) { return batch(run, run.pick(usual, quick)); }}},
          {{"batch of 100,000, pipelined, all results fetched",
            "/s",
            {"evenkeel", "per_s"},
            {},
            {goal::kind::at_least, 60'000}}}};
}

row one_at_a_time() {
  const figure_name ours{"evenkeel", "p50_us"};
  return {
      "latency",
      {{"evenkeel", [](run_context& run) { return evenkeel(run, 1); }},
       {"beanstalkd-fsync",
        [](run_context& run) { return beanstalkd(run, 1, beanstalkd_log::every_write_flushed); }}},
      {{"one job at a time, p50; beanstalkd -f0",
        "us",
        ours,
        figure_name{"beanstalkd-fsync", "p50_us"},
        {goal::kind::ratio_at_most, 0.7}},
       {"one job at a time, p99; our own p50",
        "us",
        {"evenkeel", "p99_us"},
        ours,
        {goal::kind::ratio_at_most, 3}},
       {"one job at a time, p99; beanstalkd -f0",
        "us",
        {"evenkeel", "p99_us"},
        figure_name{"beanstalkd-fsync", "p99_us"},
        {}}}};
}

} // namespace

std::vector<row> roundtrip_rows() {
  return {many_at_a_time(), one_batch(), one_at_a_time()};
}

} // namespace evenkeel::bench
