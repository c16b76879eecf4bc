// One client connection as a state machine: bytes in; requests for the node, and reply bytes, out.
// Owns: unparsed input, the order of replies, the session's tickets, who the client is.
// Must not know: sockets, actors, clocks, what the node does with a request.
//
// Requests act one after another; what can be asked ahead is asked ahead:
//
//   in flight               may be asked meanwhile
//   submissions             submissions, WAIT <t>, and one other request (LAST and WAIT ALL not
//   before
//                           all submissions are answered)
//   WAIT <t> without time   further ones of its kind
//   anything else           nothing
//
// Replies leave in the order of their requests.
//
// A token (AUTH) is looked up by the shell, and a wrong one is refused after a pause that grows
// with each; meanwhile nothing is parsed.
#pragma once

#include "actors/core/client_access.hpp"
#include "actors/core/client_limits.hpp"
#include "actors/core/paged_reply.hpp"
#include "actors/core/parsed_request.hpp"
#include "actors/core/reply_queue.hpp"
#include "actors/core/request_reader.hpp"
#include "messages/client.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace evenkeel::core {

/// What a session wants of its shell, in this order.
struct session_outputs {
  /// For the node, under these numbers. A number comes again, after its answer, where a reply takes
  /// several questions.
  std::vector<std::pair<std::uint64_t, client_request>> asks;
  std::string bytes; ///< for the client, behind all bytes before
  /// Whose is this token? `on_access` is to be called.
  std::optional<std::string> token;
  std::uint32_t pause_ms = 0; ///< not 0: `on_pause_over` is to be called after so long
  /// The session is over. Once `bytes` have left: shut down writing; read and drop input until it
  /// ends, up to `discard_limit` bytes or for 10 s; close. No call is needed any more.
  bool finish = false;
  std::uint64_t discard_limit = 0;

  [[nodiscard]] bool empty() const {
    return asks.empty() && bytes.empty() && !token && pause_ms == 0 && !finish;
  }
};

/// After each input, or several, the shell calls `take` and then reads on if `wants_input`. Not
/// thread safe.
class client_session_core {
public:
  /// `by_token`: before AUTH a client may do nothing that needs the node.
  explicit client_session_core(std::string version = "unknown", const client_limits& limits = {},
                               bool by_token = false);

  /// Input from the client. Also taken while `wants_input` is false.
  void on_bytes(std::string_view bytes);
  /// The client will send no more; what it asked for is still answered.
  void on_half_closed();
  /// The node's answer to one of `asks`; exactly one for each.
  void on_answer(std::uint64_t number, client_answer answer);
  /// So many of the bytes that `take` gave have left for the client. While more than
  /// `unsent_bytes` have not, nothing new is parsed.
  void on_written(std::size_t bytes);

  /// What the token that `take` gave allows; null: it is nobody's. `room`: its owner may have one
  /// more connection.
  void on_access(const client_access* found, bool room = true);
  void on_pause_over();
  /// What the token that this session has shown allows from now on. Null: it is nobody's any more;
  /// the session ends at once, without what it still waits for.
  void on_access_changed(const client_access* now);

  session_outputs take();

  /// False: the shell does not read, so that the client's kernel makes the client wait.
  [[nodiscard]] bool wants_input() const;
  /// `finish` was taken.
  [[nodiscard]] bool over() const { return over_; }
  [[nodiscard]] std::size_t in_flight() const { return replies_.size(); }
  /// Memory in use for this client, without small change: for tests of the bounds.
  [[nodiscard]] std::size_t bytes_held() const;

private:
  void pump();
  void retire();
  void resume_front();
  [[nodiscard]] bool may_go_on() const;
  [[nodiscard]] bool may_parse() const;
  bool place(parsed_request& request);
  bool place_ask(parsed_request& request);
  [[nodiscard]] bool may_ask(const parsed_request& request, passage pass) const;
  [[nodiscard]] static passage passage_of(const parsed_request& request);
  bool resolve_subject(parsed_request& request);
  bool prepare_wait_all(client_request& request);
  void ask(client_request request, reply_style style, passage pass);
  void count(passage pass, std::ptrdiff_t change);
  void reply(std::string_view text);
  void refuse(const parsed_request& request);
  void authenticate(const parsed_request& request);
  void put_ask(std::uint64_t number, client_request request);
  void help(std::string_view topic);
  void word(owed_reply& owed, std::uint64_t number, const client_answer& answer);
  void remember_ticket(std::uint64_t number, client_answer answer);
  bool answer_from_memory(const parsed_request& request);
  void stop_parsing();

  /// Where an AUTH stands.
  enum class auth_stage : std::uint8_t { none, looked_up, pause };

  client_limits limits_;
  std::string version_;
  bool by_token_;
  auth_stage auth_ = auth_stage::none;
  std::uint32_t wrong_tokens_ = 0;
  client_access access_;
  request_reader reader_;
  parsed_request pending_; ///< parsed, and waiting for its turn, if `has_pending_`
  bool has_pending_ = false;
  bool input_ended_ = false;
  bool parsing_ = true; ///< false: the session ends once every reply is written
  bool over_ = false;

  reply_queue replies_;
  std::size_t submissions_ = 0;      ///< in flight
  std::size_t waits_ = 0;            ///< plain ones in flight
  std::size_t exclusives_ = 0;       ///< others in flight: 0 or 1
  std::size_t asked_bytes_ = 0;      ///< of the submissions in flight
  std::optional<paged_reply> pages_; ///< of the exclusive one

  std::uint64_t latest_ = 0; ///< number of the latest submission; 0: none that was asked
  bool any_submission_ = false;
  ticket last_;         ///< what it became; empty code: refused, or not answered yet
  client_answer ended_; ///< that came with it; only within on_answer, for what waits here already
  std::vector<std::uint64_t> own_; ///< the session's tickets, by sequence, for WAIT ALL
  bool own_overflow_ = false;

  session_outputs outputs_;
  std::size_t unsent_ = 0; ///< taken and not written yet
  std::uint64_t discarded_ = 0;
};

} // namespace evenkeel::core
