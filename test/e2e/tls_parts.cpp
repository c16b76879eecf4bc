#include "tls_parts.hpp"

#include "tls/certificates.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <utility>

namespace evenkeel::test {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

tcp::socket connect(asio::io_context& context, const std::string& port) {
  tcp::socket socket{context};
  asio::connect(socket, tcp::resolver{context}.resolve("127.0.0.1", port));
  return socket;
}

} // namespace

authority::authority(std::filesystem::path directory) : directory_(std::move(directory)) {
  tls::make_authority(directory_, {100, false});
}

std::filesystem::path authority::cert(const std::string& name) const {
  const auto file = directory_ / (name + ".crt");
  if (!std::filesystem::exists(file))
    tls::make_host_certificate(directory_, name, {100, false});
  return file;
}

std::filesystem::path authority::key(const std::string& name) const {
  return cert(name).replace_extension(".key");
}

std::vector<std::string> authority::options(const std::string& name) const {
  return {"--tls-cert",       cert(name).string(), "--tls-key",
          key(name).string(), "--tls-ca",          (directory_ / "ca.crt").string()};
}

bool speak_tls(const std::string& port, const std::filesystem::path& cert,
               const std::filesystem::path& key, const std::string& words) {
  asio::io_context context;
  asio::ssl::context settings{asio::ssl::context::tls_client};
  if (!cert.empty()) {
    settings.use_certificate_chain_file(cert.string());
    settings.use_private_key_file(key.string(), asio::ssl::context::pem);
  }
  asio::ssl::stream<tcp::socket> stream{connect(context, port), settings};
  boost::system::error_code error;
  stream.handshake(asio::ssl::stream_base::client, error);
  if (!error && !words.empty())
    asio::write(stream, asio::buffer(words), error);
  std::size_t heard = 0;
  std::array<char, 4096> buffer{};
  while (!error)
    heard += stream.read_some(asio::buffer(buffer), error);
  return heard > 0;
}

void speak_plainly(const std::string& port, const std::string& bytes, bool patient) {
  asio::io_context context;
  auto socket = connect(context, port);
  boost::system::error_code error;
  asio::write(socket, asio::buffer(bytes), error);
  if (!patient) {
    socket.set_option(asio::socket_base::linger(true, 0), error);
    return;
  }
  socket.shutdown(tcp::socket::shutdown_send, error);
  std::array<char, 4096> buffer{};
  error.clear();
  while (!error)
    socket.read_some(asio::buffer(buffer), error);
}

} // namespace evenkeel::test
