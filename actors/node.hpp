// The node actor: a shell around core::node_link (the link to the proxy) and core::ticket_ledger
// (the jobs submitted here). All messages between this node and the proxy pass here. Owns: who the
// clients' sessions are, the connection to the proxy. Must not decide anything.
#pragma once

#include "actors/core/node_link.hpp"
#include "actors/core/ticket_ledger.hpp"
#include "actors/local_interfaces.hpp"
#include "actors/log.hpp"
#include "actors/step.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace evenkeel {

struct node_parts {
  std::shared_ptr<core::node_link> link;       ///< recovered and started; `link_fx` is its word
  std::shared_ptr<core::ticket_ledger> ledger; ///< recovered
  core::link_effects link_fx;
  store_actor store;
  connector_actor connector;
  std::function<executor_actor(node_service)> spawn_executor;
  std::function<std::uint64_t()> free_disk_bytes;  ///< as many as there can be: unknown
  std::uint64_t disk_reserve_bytes = 64ULL << 20U; ///< below it submissions get -BUSY (R13)
  std::uint32_t slots = 1;
  std::function<void()> on_stopped;
  logger log;
};

class node_state {
public:
  static constexpr const char* name = "node";
  using pointer = node_service::stateful_pointer<node_state>;

  void start(pointer self, node_parts parts);

  void on_connected(const proxy_connected& news);
  void on_connect_failed(const connect_failed& news);
  void on_link_message(const link_header& header, proxy_message content);
  template <class Input>
  void tell_link(Input&& input) {
    input(*parts_.link, read_clock(), link_step_.fx());
    run_link();
  }
  template <class Input>
  void tell_ledger(Input&& input) {
    input(*parts_.ledger, read_clock(), ledger_step_.fx());
    schedule_flush();
  }
  void on_refusal(const refusal& content);
  void on_requests(session_requests& incoming);
  void on_session_closed(const session_closed& gone);
  void on_outgoing(std::vector<core::to_proxy>& messages);
  void on_replies(std::vector<core::reply>& replies);
  void on_committed(const committed& news);
  void on_loaded(const loaded& answer);
  void on_load(const load_numbers& numbers) { load_ = numbers; }
  void on_tick();
  void on_stop();
  void on_finish();
  void on_executor_stopped();
  void leave_when_done();
  void flush();

private:
  void schedule_flush();
  void run_link();
  void run_link_output(core::link_output& output);
  void run_ledger();
  void route(core::from_proxy& message);
  void deliver(std::vector<core::reply>& replies);
  void report_load();
  void watch_disk();
  void open_or_close_intake();
  void drop_proxy();

  pointer self_ = nullptr;
  node_parts parts_;
  step<core::link_output> link_step_;
  step<core::ledger_output> ledger_step_;
  executor_actor executor_;
  question_actor questions_;
  proxy_actor proxy_;
  std::map<std::uint64_t, client_session_actor> sessions_;
  std::optional<load_numbers> load_; ///< none before the executor has told
  std::int64_t disk_checked_us_ = 0;
  bool disk_is_low_ = false;
  bool flush_scheduled_ = false;
  bool helpers_tick_ = false; ///< every second tick is theirs, too: each timer of CAF's costs
  bool stopping_ = false;
  bool finishing_ = false; ///< stops once no job and no result is held here
  bool executor_stopped_ = false;
  bool left_ = false; ///< said `leave`; nothing follows
};

node_service::behavior_type node(node_state::pointer self, node_parts parts);

} // namespace evenkeel
