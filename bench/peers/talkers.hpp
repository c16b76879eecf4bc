// The peers' protocols, by name: what makes clients and workers of each.
#pragma once

#include "bench/peers/talker.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace evenkeel::bench {

/// The job line of an Evenkeel client, whose argument is the payload: "CALL -- noop ".
inline constexpr const char* noop_job = "CALL -- noop ";

/// docs/protocol.md. The payload stands behind `job`, if that ends with a blank.
std::unique_ptr<talker> evenkeel_client(task what, std::uint32_t number, std::string job);
/// put into the tube "jobs"; the reply comes in a tube of the client's own.
std::unique_ptr<talker> beanstalkd_client(task what, std::uint32_t number);
std::unique_ptr<talker> beanstalkd_worker();
/// LPUSH to the list "jobs"; the reply comes in a list of the client's own.
std::unique_ptr<talker> redis_client(task what, std::uint32_t number);
std::unique_ptr<talker> redis_worker();
/// The binary protocol. A submission is a background job, a round trip a foreground one.
std::unique_ptr<talker> gearman_client(task what, std::uint32_t number);
std::unique_ptr<talker> gearman_worker();
/// Bytes that come back as they are.
std::unique_ptr<talker> echo_client(std::uint32_t number);

/// `peer`: beanstalkd, redis or gearman. Throws std::invalid_argument.
std::unique_ptr<talker> worker_of(const std::string& peer);

} // namespace evenkeel::bench
