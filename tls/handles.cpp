#include "tls/handles.hpp"

#include <openssl/err.h>

#include <array>
#include <ctime>
#include <new>

namespace evenkeel::tls {

std::string take_problem() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  const auto* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown problem" : reason;
}

bio reader_of(std::string_view text) {
  bio made{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
  if (!made)
    throw std::bad_alloc();
  return made;
}

bio memory() {
  bio made{BIO_new(BIO_s_mem())};
  if (!made)
    throw std::bad_alloc();
  return made;
}

std::string text_of(BIO* from) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(from, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string{};
}

std::string day_of(const ASN1_TIME* moment) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(moment, &parts) != 1)
    return "?";
  std::array<char, sizeof "2028-11-24"> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
  return text.data();
}

} // namespace evenkeel::tls
