// Jobs on their way from the bytes of a CALL to those of its result, stage by stage: every core and
// codec that takes part in production, driven as their shells do, in one thread. Without sockets,
// actors, fsync and time.
// Owns: a node, a proxy, clients, what each stage has cost in bytes.
#pragma once

#include "actors/core/client_session.hpp"
#include "bench/instructions/node_side.hpp"
#include "bench/instructions/proxy_side.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::bench {

enum class stage : std::uint8_t { parse, ledger, commit, send, dispatch, run, result, reply };

inline constexpr std::array<std::string_view, 8> stage_names{
    "parse", "ledger", "commit", "send", "dispatch", "run", "result", "reply"};

class job_path {
public:
  /// `batch` clients, each with one job under way, all at the same point. `at_home`: once their
  /// function is known to be short, they are home calls (core/home_call.hpp).
  job_path(const std::string& directory, std::size_t batch, bool at_home);

  void one_batch();
  void reset_bytes() { bytes_ = {}; }
  [[nodiscard]] const std::array<byte_counts, stage_names.size()>& bytes() const { return bytes_; }
  /// Whether the last batch came through this stage.
  [[nodiscard]] bool has(stage which) const {
    return !home_batch_ || (which != stage::send && which != stage::dispatch);
  }

private:
  struct asked {
    core::requester from;
    client_request request;
  };

  [[gnu::noinline]] void parse(std::string_view text); ///< of every client, until it is a request
  [[gnu::noinline]] void ledger();                     ///< the requests, at the home's ledger
  [[gnu::noinline]] void commit();                     ///< at the home: the tickets are durable
  [[gnu::noinline]] void send();                       ///< the jobs to the proxy
  [[gnu::noinline]] void dispatch(); ///< at the proxy, until the executor has them
  [[gnu::noinline]] void
  run(); ///< at the executor, until the proxy, or its ledger, has the results
  [[gnu::noinline]] void result(); ///< by the proxy to the home, and all acknowledgements
  [[gnu::noinline]] void reply();  ///< text for the clients

  void dispatched_batch();
  void home_batch();
  void begin(stage which) { world_.bytes = &bytes_[static_cast<std::size_t>(which)]; }
  void exchange();
  void run_client(std::size_t index);

  surroundings world_;
  std::array<byte_counts, stage_names.size()> bytes_;
  wire wire_;
  proxy_side proxy_;
  node_side node_;
  std::vector<core::client_session_core> clients_;
  std::vector<asked> asks_;
  std::string call_;
  std::size_t replies_ = 0;
  bool at_home_;
  std::size_t batches_ = 0;
  bool home_batch_ = false; ///< the one under way
};

} // namespace evenkeel::bench
