// Memory of what is queued, and CPU time of what does nothing.
#include "bench/peers/loads.hpp"
#include "bench/peers/row.hpp"
#include "bench/peers/servers.hpp"
#include "bench/peers/talkers.hpp"
#include "bench/peers/usage.hpp"

#include <algorithm>

namespace evenkeel::bench {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t nodes = 3;
constexpr std::size_t slots = 2;
constexpr std::size_t window = 512;

memory_use memory_of_all(const site& here) {
  memory_use sum;
  for (const auto& one : here.processes()) {
    const auto use = memory_of(one->pid());
    sum.all += use.all;
    sum.anonymous += use.anonymous;
  }
  return sum;
}

void submit(run_context& run, const std::string& peer, const std::vector<std::uint16_t>& ports,
            std::uint64_t count, const make_talker& make) {
  load_shape shape;
  shape.peer = peer;
  shape.window = window;
  shape.count = count;
  run_load(clients_of(ports, nodes, make), shape, run.here.stop());
}

/// What grows by the jobs that `make` submits.
figures weigh(run_context& run, const std::string& peer, const std::vector<std::uint16_t>& ports,
              const make_talker& make) {
  const auto count = run.pick<std::uint64_t>(1'000'000, 2000);
  const auto settle = run.pick(milliseconds{5000}, milliseconds{100});
  run.here.around().wait.pause(run.pick(milliseconds{1000}, milliseconds{100}));
  const auto before = memory_of_all(run.here);
  submit(run, peer, ports, count, make);
  run.here.around().wait.pause(settle);
  const auto after = memory_of_all(run.here);
  const auto each = [count](std::uint64_t from, std::uint64_t to) {
    return (static_cast<double>(to) - static_cast<double>(from)) / static_cast<double>(count);
  };
  return {{"bytes", each(before.all, after.all)},
          {"anonymous", each(before.anonymous, after.anonymous)}};
}

/// A sleep of weeks in every slot; behind them commands wait.
figures evenkeel_queue(run_context& run) {
  const auto ports = start_evenkeel(run.here, nodes, {"--slots", std::to_string(slots)});
  const auto submits = [](const char* job) {
    return [job](std::uint32_t number) { return evenkeel_client(task::submit, number, job); };
  };
  load_shape shape{"Evenkeel"};
  shape.count = nodes * slots;
  run_load(clients_of(ports, nodes, submits("SLEEP 2000000000")), shape, run.here.stop());
  return weigh(run, "Evenkeel", ports, submits("SUBMIT -- "));
}

figures beanstalkd_queue(run_context& run) {
  return weigh(run, "beanstalkd", {start_beanstalkd(run.here, beanstalkd_log::none)},
               [](std::uint32_t number) { return beanstalkd_client(task::submit, number); });
}

figures gearmand_queue(run_context& run) {
  return weigh(run, "gearmand", {start_gearmand(run.here)},
               [](std::uint32_t number) { return gearman_client(task::submit, number); });
}

row memory() {
  const figure_name ours{"evenkeel", "bytes"};
  return {"memory",
          {{"evenkeel", evenkeel_queue},
           {"beanstalkd", beanstalkd_queue},
           {"gearmand", gearmand_queue}},
          {{"memory per queued job, all processes; beanstalkd",
            "B",
            ours,
            figure_name{"beanstalkd", "bytes"},
            {goal::kind::at_most, 700}},
           {"the same; gearmand", "B", ours, figure_name{"gearmand", "bytes"}, {}},
           {"the same without pages of files; beanstalkd",
            "B",
            {"evenkeel", "anonymous"},
            figure_name{"beanstalkd", "anonymous"},
            {}}}};
}

/// Per cent of one core.
figures evenkeel_at_rest(run_context& run) {
  start_evenkeel(run.here, nodes);
  const auto& wait = run.here.around().wait;
  wait.pause(run.pick(milliseconds{3000}, milliseconds{100}));
  std::vector<std::chrono::nanoseconds> before;
  for (const auto& one : run.here.processes())
    before.push_back(cpu_time_of(one->pid()));
  const auto start = std::chrono::steady_clock::now();
  wait.pause(run.pick(milliseconds{10'000}, milliseconds{300}));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  figures found;
  for (std::size_t i = 0; i < before.size(); ++i) {
    constexpr double per_cent = 100;
    const std::chrono::duration<double> used =
        cpu_time_of(run.here.processes()[i]->pid()) - before[i];
    const auto share = per_cent * used.count() / took.count();
    found[i == 0 ? "proxy" : "node" + std::to_string(i)] = share;
    found["most"] = std::max(found["most"], share);
  }
  return found;
}

row idle() {
  return {"idle",
          {{"evenkeel", evenkeel_at_rest}},
          {{"CPU of an idle cluster, the busiest process",
            "%",
            {"evenkeel", "most"},
            {},
            {goal::kind::at_most, 0.5}},
           {"the same, its proxy", "%", {"evenkeel", "proxy"}, {}, {}}}};
}

} // namespace

std::vector<row> resource_rows() {
  return {memory(), idle()};
}

} // namespace evenkeel::bench
