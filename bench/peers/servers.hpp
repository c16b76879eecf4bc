// How each server is started and configured (docs/performance.md says why). All of these return
// when clients can come, and throw unavailable.
#pragma once

#include "bench/peers/site.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace evenkeel::bench {

/// A proxy and so many nodes; their client ports. `options` are for nodes.
std::vector<std::uint16_t> start_evenkeel(site& here, std::size_t nodes,
                                          const std::vector<std::string>& options = {});

enum class beanstalkd_log { none, every_write_flushed };
std::uint16_t start_beanstalkd(site& here, beanstalkd_log log);
/// appendfsync always.
std::uint16_t start_redis(site& here);
/// Without persistence.
std::uint16_t start_gearmand(site& here);

/// Of beanstalkd, redis or gearman, in a process of their own.
void start_workers(site& here, const std::string& peer, std::uint16_t port, std::size_t count);
/// `what`: mock or echo.
std::uint16_t start_answering(site& here, const std::string& what);

} // namespace evenkeel::bench
