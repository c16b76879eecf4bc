#include "tls/probe.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>

#include <array>
#include <new>

namespace evenkeel::tls {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

class question {
public:
  explicit question(const credentials& ours) : settings_(take(ours)) {}

  /// Empty: yes.
  std::string ask(const asio::ip::tcp::resolver::results_type& where,
                  std::chrono::milliseconds timeout) {
    answer_ = "no answer within " + std::to_string(timeout.count()) + " ms";
    asio::async_connect(stream_.lowest_layer(), where,
                        [this](const error_code& error, const auto&) {
                          if (!over(error))
                            shake_hands();
                        });
    context_.run_for(timeout);
    return answer_;
  }

private:
  static asio::ssl::context take(const credentials& ours) {
    auto made = ours.settings();
    if (!made)
      throw std::bad_alloc();
    return asio::ssl::context{made.release()};
  }

  void shake_hands() {
    answer_ = "whoever listens there does not answer in TLS";
    stream_.async_handshake(asio::ssl::stream_base::client, [this](const error_code& error) {
      if (error)
        refuse(error);
      else
        listen();
    });
  }

  /// In TLS 1.3 the server looks at our certificate when for us the handshake is over.
  void listen() {
    answer_ = "whoever listens there does not answer as a proxy";
    stream_.async_read_some(asio::buffer(heard_), [this](const error_code& error, std::size_t) {
      if (error)
        refuse(error);
      else
        take_leave();
    });
  }

  /// With a word: the end of a connection alone is an error to OpenSSL.
  void take_leave() {
    answer_.clear();
    stream_.async_shutdown([](const error_code&) {});
  }

  bool over(const error_code& error) {
    if (error)
      answer_ = error.message();
    return static_cast<bool>(error);
  }

  void refuse(const error_code& error) {
    const auto verified = SSL_get_verify_result(stream_.native_handle());
    const auto reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
    const bool of_ssl = error.category() == asio::error::get_ssl_category();
    if (verified != X509_V_OK)
      answer_ = std::string("we do not trust its certificate: ")
                + X509_verify_cert_error_string(verified);
    else if (of_ssl && reason > SSL_AD_REASON_OFFSET)
      answer_ = std::string("it refuses us: ")
                + SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET);
    else if (of_ssl && reason == SSL_R_WRONG_VERSION_NUMBER)
      answer_ = "it does not speak TLS";
    else
      answer_ = "it broke off the TLS handshake: " + error.message();
  }

  asio::io_context context_;
  asio::ssl::context settings_;
  asio::ssl::stream<asio::ip::tcp::socket> stream_{context_, settings_};
  std::array<char, 4096> heard_{};
  std::string answer_;
};

} // namespace

std::string probe(const std::string& host, std::uint16_t port, const credentials& ours,
                  std::chrono::milliseconds timeout) {
  asio::io_context context;
  asio::ip::tcp::resolver resolver{context};
  error_code failed;
  const auto where = resolver.resolve(host, std::to_string(port), failed);
  if (failed)
    return host + ": " + failed.message();
  const auto why = question{ours}.ask(where, timeout);
  return why.empty() ? why : host + ":" + std::to_string(port) + ": " + why;
}

} // namespace evenkeel::tls
