// Our end of a connection by TLS that a peer began, on a socket that never blocks. It says what the
// session waits for, so that nobody has to try again and again. Owns: OpenSSL's session, not the
// socket. Must not know: CAF, event loops.
#pragma once

#include "tls/handles.hpp"

#include <cstddef>

namespace evenkeel::tls {

class accepted_session {
public:
  enum class progress {
    done,
    wants_input,  ///< goes on when the peer has said more
    wants_output, ///< goes on when the socket takes more
    ended,        ///< the peer has said that nothing more comes
    broken,
  };

  /// `settings` as of `credentials::settings`; `socket` must stay open as long as this lives, and
  /// SIGPIPE be ignored.
  accepted_session(SSL_CTX* settings, int socket);

  /// Takes the handshake as far as it goes for now.
  progress shake_hands();
  [[nodiscard]] bool established() const { return SSL_is_init_finished(session_.get()) != 0; }

  /// Up to `size` bytes, more than none. `taken`: bytes, 0 unless done.
  progress read(void* to, std::size_t size, std::size_t& taken);
  /// Called again after `wants_*`, it must get the same bytes, unless `settings` have
  /// SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER: then they may have moved and be more.
  progress write(const void* from, std::size_t size, std::size_t& taken);

  /// Says that nothing more comes, if the handshake is over.
  void end_writing();

  /// Bytes that can be read although nothing more is in the socket.
  [[nodiscard]] std::size_t pending() const;

private:
  [[nodiscard]] progress after(int result) const;

  std::unique_ptr<SSL, freed_by<&SSL_free>> session_;
};

} // namespace evenkeel::tls
