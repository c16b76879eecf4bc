// The home side of a job: issues tickets, keeps the truth about every job submitted at this node
// (design section 4), sends jobs to the proxy under credit, takes results in, answers clients.
// Owns: the job table, clients' waits, the submission window, deaths and start grants.
// Must not know: the line protocol, the link's handshake, how jobs run, which node runs what.
#pragma once

#include "actors/core/effects.hpp"
#include "actors/core/home_call.hpp"
#include "messages/client.hpp"
#include "messages/protocol.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

namespace evenkeel::core {

/// Who asked: a client session here, or another node through the proxy.
struct requester {
  bool remote = false;
  std::uint64_t session = 0; ///< local: the session's number; remote: the link's number
  std::uint64_t number = 0;  ///< local: the request's number; remote: query::question
  friend auto operator<=>(const requester&, const requester&) = default;
};

struct ledger_limits {
  std::uint64_t max_open_jobs = 4'000'000;
  std::uint64_t max_open_jobs_of_owner = 1'000'000; ///< of a token's; 0: no limit
  std::uint64_t max_open_bytes = 2ULL << 30U;       ///< specs of open jobs; beyond: -BUSY
  std::uint64_t max_waits = 200'000;                ///< waits and pending questions; beyond: -BUSY
  std::uint64_t cached_result_bytes = 64ULL << 20U; ///< results kept in memory to answer at once
  std::uint64_t retention_ms = 7ULL * 24 * 3600 * 1000;
  std::uint32_t max_deaths = 3;         ///< R14: unasked deaths until a job is given up
  std::uint32_t audit_period_ms = 5000; ///< R12: how often old unfinished jobs are asked about
  std::uint32_t locate_timeout_ms = 1000;
};

/// The executor beside this ledger, which runs home calls.
struct own_executor {
  std::string node;                   ///< name
  std::vector<std::string> functions; ///< that it can run
};

/// An answer for a session or, through the proxy, for another node.
struct reply {
  requester to;
  client_answer content;
  friend bool operator==(const reply&, const reply&) = default;
};

/// A message for the proxy. Dropped by whoever sends it unless `link` is the link that stands then.
struct to_proxy {
  std::uint64_t link = 0;
  node_message content;
  friend bool operator==(const to_proxy&, const to_proxy&) = default;
};

using ledger_output = std::variant<reply, to_proxy, run_home_calls, load_record, note>;
using ledger_effects = effects<ledger_output>;

/// All inputs take the time and append to `fx`. Messages and requests are taken in the order of
/// their arrival. Not thread safe.
class ticket_ledger {
public:
  explicit ticket_ledger(ledger_limits limits = {}, const own_executor& here = {});
  ~ticket_ledger();
  ticket_ledger(ticket_ledger&&) noexcept;
  ticket_ledger& operator=(ticket_ledger&&) noexcept;

  // -- start-up
  // ---------------------------------------------------------------------------------------
  /// One record as found on disk (issued, open_job, finished_job; others are ignored). Before
  /// anything else; any order.
  void recover(const record::value& content);
  /// The ledger's identity. `code` is empty until a proxy confirmed one: until then submissions get
  /// -UNAVAILABLE (R5).
  void on_identity(const ledger_id& ledger, const std::string& code);

  // -- the link to the proxy
  // --------------------------------------------------------------------------
  /// A link stands: name all unfinished jobs that were ever sent (R7), then submit what is new.
  void on_link_up(std::uint64_t link, const cluster_settings& settings, instant now,
                  ledger_effects& fx);
  void on_link_down(instant now, ledger_effects& fx);
  /// Takes spec_request, submit_ack, lost_attempt_batch, grant_request, result_batch (and the
  /// results of a result_exchange), located, query, abandon; ignores the rest.
  void on_message(const proxy_message& message, instant now, ledger_effects& fx);

  // -- clients
  // ----------------------------------------------------------------------------------------
  /// A request about this ledger (every kind but nodes, stats and list everywhere, which the shell
  /// sends to the proxy). Answered exactly once, now or later.
  void on_request(const requester& from, client_request request, instant now, ledger_effects& fx);
  /// The client is gone: forget its waits without an answer.
  void on_session_closed(std::uint64_t session);
  /// No new submissions: they get -UNAVAILABLE from now on (the process is stopping), or -BUSY
  /// while the disk is nearly full (R13).
  void refuse_submissions(errc code, std::string why);
  void accept_submissions();
  /// The process is stopping: waits of its own sessions, present and to come, get -UNAVAILABLE.
  void on_stop(ledger_effects& fx);

  // -- the executor here
  // ------------------------------------------------------------------------------
  /// Answers run_home_calls.
  void on_home_calls(home_call_news news, instant now, ledger_effects& fx);

  // -- the store and the clock
  // ------------------------------------------------------------------------
  /// Answer to load_record; null when there is no such record.
  void on_loaded(const record::key& where, const record::value* content, instant now,
                 ledger_effects& fx);
  /// Timeouts, retention, audits. Called about every 100 ms.
  void on_tick(instant now, ledger_effects& fx);

  /// Emits what the inputs since the last call left for the proxy (submissions as far as credit
  /// goes, acknowledgements, grants, verdicts, cancellations), so that many inputs share few
  /// messages. Call it after each run of inputs of any kind; nothing of it leaves by itself.
  void flush(instant now, ledger_effects& fx);

  // -- for NODES, tests and the simulator
  // -------------------------------------------------------------
  [[nodiscard]] std::uint64_t open_jobs() const;
  [[nodiscard]] std::uint64_t finished_jobs() const;
  [[nodiscard]] const std::string& code() const;
  /// Recomputes every count and index; returns what is wrong, empty when all is well.
  [[nodiscard]] std::string check_invariants() const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace evenkeel::core
