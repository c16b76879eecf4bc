#include "hostile_bytes.hpp"

#include "tls/handles.hpp"

#include <openssl/err.h>

#include <array>
#include <memory>

namespace evenkeel::test {

namespace {

/// BASP: operation, two bytes of padding, flags, length of the payload, then three numbers.
std::string basp_header(unsigned operation, std::uint32_t length, std::uint64_t data) {
  std::string header(32, '\0');
  header[0] = static_cast<char>(operation);
  for (std::size_t i = 0; i < 4; ++i)
    header[4 + i] = static_cast<char>(length >> (24 - 8 * i));
  for (std::size_t i = 0; i < 8; ++i)
    header[8 + i] = static_cast<char>(data >> (56 - 8 * i));
  return header;
}

std::string tls_hello() {
  const tls::session_settings settings{SSL_CTX_new(TLS_client_method())};
  const std::unique_ptr<SSL, tls::freed_by<&SSL_free>> session{SSL_new(settings.get())};
  SSL_set_bio(session.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem())); // which it owns
  SSL_connect(session.get());
  ERR_clear_error();
  return tls::text_of(SSL_get_wbio(session.get()));
}

} // namespace

std::string basp_hello() {
  return basp_header(1, 40, 4) + std::string(40, '\1') + basp_header(0, 0, 4) + basp_header(1, 0, 0)
         + basp_header(2, 0xffffffff, 0);
}

hostile_bytes::hostile_bytes(std::uint64_t seed) : random_(seed), hello_(tls_hello()) {}

std::size_t hostile_bytes::below(std::size_t end) {
  return static_cast<std::size_t>(random_() % end);
}

std::string hostile_bytes::noise(std::size_t size) {
  std::string bytes(size, '\0');
  for (auto& byte : bytes)
    byte = static_cast<char>(random_());
  return bytes;
}

std::string hostile_bytes::basp() {
  constexpr std::array<std::uint32_t, 5> lengths{0, 1, 40, 0x7fffffff, 0xffffffff};
  const auto length = lengths.at(below(lengths.size()));
  return basp_header(static_cast<unsigned>(below(8)), length, below(2) * 4) + noise(below(64));
}

/// Some bytes changed, then cut or made longer, or both twice over.
std::string hostile_bytes::damaged(std::string bytes) {
  for (auto changes = 1 + below(8); changes > 0; --changes)
    bytes[below(bytes.size())] = static_cast<char>(random_());
  if (below(3) == 0)
    bytes.resize(1 + below(bytes.size()));
  if (below(3) == 0)
    bytes += noise(below(18'000));
  return below(8) == 0 ? bytes + bytes.substr(0, 1000) : bytes;
}

std::string hostile_bytes::next() {
  constexpr std::size_t alert_size = 7;
  switch (below(8)) {
  case 0:
    return noise(below(2000));
  case 1:
    return "\x16\x03\x01" + noise(below(18'000));
  case 2:
    return hello_.substr(0, below(hello_.size()));
  case 3:
    return hello_ + noise(below(2000)); // what follows is not encrypted
  case 4:
    return basp();
  case 5:
    return damaged(basp_hello());
  case 6:
    return std::string("\x15\x03\x03\x00\x02", alert_size - 2) + noise(2 + below(2000));
  default:
    return damaged(hello_);
  }
}

} // namespace evenkeel::test
