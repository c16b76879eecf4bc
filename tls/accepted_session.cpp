#include "tls/accepted_session.hpp"

#include <openssl/err.h>

#include <new>

namespace evenkeel::tls {

accepted_session::accepted_session(SSL_CTX* settings, int socket) : session_(SSL_new(settings)) {
  if (!session_ || SSL_set_fd(session_.get(), socket) != 1)
    throw std::bad_alloc();
  SSL_set_accept_state(session_.get());
}

accepted_session::progress accepted_session::shake_hands() {
  ERR_clear_error();
  return after(SSL_do_handshake(session_.get()));
}

accepted_session::progress accepted_session::read(void* to, std::size_t size, std::size_t& taken) {
  taken = 0;
  ERR_clear_error();
  return after(SSL_read_ex(session_.get(), to, size, &taken));
}

accepted_session::progress accepted_session::write(const void* from, std::size_t size,
                                                   std::size_t& taken) {
  taken = 0;
  ERR_clear_error();
  return after(SSL_write_ex(session_.get(), from, size, &taken));
}

void accepted_session::end_writing() {
  if (!established())
    return;
  SSL_shutdown(session_.get());
  ERR_clear_error();
}

std::size_t accepted_session::pending() const {
  return static_cast<std::size_t>(SSL_pending(session_.get()));
}

accepted_session::progress accepted_session::after(int result) const {
  if (result == 1)
    return progress::done;
  switch (SSL_get_error(session_.get(), result)) {
  case SSL_ERROR_WANT_READ:
    return progress::wants_input;
  case SSL_ERROR_WANT_WRITE:
    return progress::wants_output;
  case SSL_ERROR_ZERO_RETURN:
    return progress::ended;
  default: // also an end that the peer did not announce: somebody may have cut it off
    ERR_clear_error();
    return progress::broken;
  }
}

} // namespace evenkeel::tls
