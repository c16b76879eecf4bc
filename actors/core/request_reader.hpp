// Bytes -> requests: cuts lines and bodies out of whatever pieces a client's bytes arrive in.
// Owns: what has arrived and is not parsed yet (bounded by the caller, who stops feeding), and the
// body that is being read (bounded by the limits).
// Must not know: replies, the node, when a request may be asked.
#pragma once

#include "actors/core/client_access.hpp"
#include "actors/core/client_limits.hpp"
#include "actors/core/parsed_request.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel::core {

/// The same bytes give the same requests, in whatever pieces they come.
class request_reader {
public:
  request_reader(const client_limits& limits, client_access access);

  /// `bytes` need live until `settle` only: what is parsed until then is never copied.
  void feed(std::string_view bytes);
  /// Keeps what is left of the bytes that were fed.
  void settle();
  /// What the client may do from the next request on.
  void allow(const client_access& access) { access_ = access; }
  void end_of_input() { ended_ = true; }
  /// Forgets everything; nothing comes any more.
  void stop();

  /// Cuts the next request (never a blank line) into `into`. False: more bytes are needed, or all
  /// is read. A request with `close` set is the last one.
  bool next(parsed_request& into);

  /// The input has ended and every request was taken.
  [[nodiscard]] bool exhausted() const { return ended_ && unparsed() == 0; }
  [[nodiscard]] std::size_t unparsed() const { return rest().size(); }
  [[nodiscard]] std::size_t body_bytes() const { return open_.request.spec.body.size(); }

private:
  enum class progress : std::uint8_t { more, ready };

  [[nodiscard]] std::string_view rest() const;
  void consume(std::size_t bytes);
  /// A line without its end; false: its end is not here yet. Sets `too_long_` for one over the
  /// limit.
  bool take_line(std::string_view& line);
  bool refuse_line(parsed_request& into) const;
  progress read_body();
  progress read_counted();
  progress read_counted_end();
  progress read_lines();
  progress fail(errc code, const char* text);
  void release();

  client_limits limits_;
  client_access access_;
  std::string buffer_; ///< kept between two runs, from `begin_` on
  std::size_t begin_ = 0;
  std::string_view fed_;     ///< of this run, when nothing was kept
  bool direct_ = false;      ///< `fed_` holds what is unparsed, not `buffer_`
  std::size_t searched_ = 0; ///< so many unparsed bytes hold no newline
  bool ended_ = false;
  bool too_long_ = false;
  bool crlf_ = false; ///< how the last line ended
  bool in_body_ = false;
  bool strip_cr_ = false;   ///< the body's lines end as its request line did
  std::uint64_t taken_ = 0; ///< bytes of the body so far, kept or not
  parsed_request open_;     ///< whose body is being read
};

} // namespace evenkeel::core
