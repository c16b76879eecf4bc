// One connection's side of a protocol. Owns: where the conversation stands. Must not know: sockets,
// clocks, how many others there are.
#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace evenkeel::bench {

/// One sentence: what was wanted, what came.
struct wrong_reply : std::runtime_error {
  wrong_reply(std::string_view peer, std::string_view wanted, std::string_view got);
};

/// What became of the first reply in some bytes.
struct step {
  std::size_t bytes = 0; ///< its length; 0: it is not complete
  bool finished = false; ///< it was the last one of an operation, or of the greeting
};

class talker {
public:
  talker() = default;
  virtual ~talker() = default;
  talker(const talker&) = delete;
  talker& operator=(const talker&) = delete;

  /// What has to be said before anything else. False if there is nothing.
  virtual bool greet(std::string& /*out*/) { return false; }
  /// Begins an operation. Workers begin once and go on for ever.
  virtual void begin(std::string& out) = 0;
  /// Judges the first reply in `in` and appends what follows from it. Throws wrong_reply.
  virtual step take(std::string_view in, std::string& out) = 0;
};

/// What a client does.
enum class task {
  submit,    ///< an operation is over with its acknowledgement
  roundtrip, ///< with its result
};

/// The line at the beginning of `in`, without CRLF, and its length with it; 0: it is not complete.
struct crlf_line {
  std::string_view text;
  std::size_t bytes = 0;
};
crlf_line first_crlf_line(std::string_view in);

} // namespace evenkeel::bench
