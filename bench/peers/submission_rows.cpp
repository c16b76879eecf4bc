// Acknowledged submissions.
#include "bench/peers/loads.hpp"
#include "bench/peers/row.hpp"
#include "bench/peers/servers.hpp"
#include "bench/peers/talkers.hpp"

namespace evenkeel::bench {

namespace {

constexpr std::size_t connections = 64;
constexpr std::size_t large_window = 4096;
constexpr std::size_t nodes = 3;
/// No node has it, so that its jobs wait.
constexpr const char* waiting_job = "CALL -- unknown ";

make_talker submits(const char* job) {
  return [job](std::uint32_t number) { return evenkeel_client(task::submit, number, job); };
}

figures evenkeel(run_context& run, const char* job) {
  return timed_load(run, "Evenkeel", start_evenkeel(run.here, nodes), connections, submits(job));
}

figures beanstalkd(run_context& run, beanstalkd_log log) {
  return timed_load(run, "beanstalkd", {start_beanstalkd(run.here, log)}, connections,
                    [](std::uint32_t number) { return beanstalkd_client(task::submit, number); });
}

figures redis(run_context& run) {
  return timed_load(run, "Redis", {start_redis(run.here)}, connections,
                    [](std::uint32_t number) { return redis_client(task::submit, number); });
}

figures pipelined(run_context& run, const char* job) {
  return timed_load(run, "Evenkeel", {start_evenkeel(run.here, nodes).front()}, 1, submits(job),
                    large_window);
}

row one_at_a_time() {
  const figure_name ours{"evenkeel", "per_s"};
  return {"submit-64",
          {{"evenkeel", [](run_context& run) { return evenkeel(run, noop_job); }},
           {"redis", redis},
           {"evenkeel-waiting", [](run_context& run) { return evenkeel(run, waiting_job); }},
           {"beanstalkd-fsync",
            [](run_context& run) { return beanstalkd(run, beanstalkd_log::every_write_flushed); }},
           {"beanstalkd", [](run_context& run) { return beanstalkd(run, beanstalkd_log::none); }}},
          {{"submissions, 64 connections; Redis always",
            "/s",
            ours,
            figure_name{"redis", "per_s"},
            {goal::kind::ratio_at_least, 1.2}},
           {"the same, our jobs only wait; Redis always",
            "/s",
            {"evenkeel-waiting", "per_s"},
            figure_name{"redis", "per_s"},
            {}},
           {"submissions, 64 connections; beanstalkd -f0",
            "/s",
            ours,
            figure_name{"beanstalkd-fsync", "per_s"},
            {}},
           {"the same; beanstalkd without a log (not durable)",
            "/s",
            ours,
            figure_name{"beanstalkd", "per_s"},
            {}}}};
}

row in_a_pipeline() {
  return {"submit-pipelined",
          {{"evenkeel", [](run_context& run) { return pipelined(run, noop_job); }},
           {"evenkeel-waiting", [](run_context& run) { return pipelined(run, waiting_job); }}},
          {{"submissions, 1 connection, pipelined",
            "/s",
            {"evenkeel", "per_s"},
            {},
            {goal::kind::at_least, 150'000}},
           {"the same, jobs only wait", "/s", {"evenkeel-waiting", "per_s"}, {}, {}}}};
}

} // namespace

std::vector<row> submission_rows() {
  return {one_at_a_time(), in_a_pipeline()};
}

} // namespace evenkeel::bench
