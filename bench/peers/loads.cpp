#include "bench/peers/loads.hpp"

#include <utility>

namespace evenkeel::bench {

std::vector<load_client> clients_of(const std::vector<std::uint16_t>& ports, std::size_t count,
                                    const make_talker& make) {
  std::vector<load_client> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back({ports[i % ports.size()], make(static_cast<std::uint32_t>(i + 1))});
  return all;
}

figures timed_load(run_context& run, const std::string& peer,
                   const std::vector<std::uint16_t>& ports, std::size_t clients,
                   const make_talker& make, std::size_t window) {
  using std::chrono::milliseconds;
  load_shape shape;
  shape.peer = peer;
  shape.window = window;
  shape.warm_up = run.pick(milliseconds{1000}, milliseconds{50});
  shape.duration = run.pick(milliseconds{4000}, milliseconds{150});
  const auto got = run_load(clients_of(ports, clients, make), shape, run.here.stop());
  return {{"per_s", got.per_s},
          {"p50_us", got.p50_us},
          {"p99_us", got.p99_us},
          {"load_us", got.load_us}};
}

} // namespace evenkeel::bench
