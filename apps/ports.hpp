// What the subcommands that listen or spawn have in common about addresses.
#pragma once

#include "actors/token_book.hpp"
#include "messages/hosting.hpp"
#include "messages/ids.hpp"
#include "tls/credentials.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace evenkeel::apps {

/// Asked before anything is made: the words of CAF's own error help nobody. Throws
/// std::runtime_error with one clear sentence.
void require_free_port(const std::string& address, std::uint16_t port);

/// Refuses a cluster port that anyone may use (CLI::ValidationError): beyond loopback, without TLS,
/// and not said to be in a trusted network.
void require_safe_port(const std::string& address, bool plain_cluster, const tls::file_names& tls);

/// Throws CLI::ValidationError where the file cannot be used.
std::shared_ptr<const token_book> load_tokens(const std::string& file);

/// What SIGHUP does: reads the file again and hands its tokens to `take`. A file that cannot be
/// used, or that `check` refuses (std::runtime_error), changes nothing; both are said in the log.
/// Without a file: nothing to call.
std::function<void()>
token_reloader(const std::string& file, std::function<void()> check,
               std::function<void(const std::shared_ptr<const token_book>&)> take);

/// "HOST:PORT" or "NAME=HOST:PORT"; without a name it is "HOST-PORT". Throws CLI::ValidationError.
spawn_order parse_spawn(const std::string& text);

/// Tells this life of a process from all others.
incarnation fresh_incarnation();

} // namespace evenkeel::apps
