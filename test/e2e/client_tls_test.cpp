// The client port by TLS.
#include "tls_parts.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

using namespace evenkeel::test;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// An address of this machine that is not loopback: of the way to anywhere else. Empty: none.
std::string other_address() {
  asio::io_context context;
  asio::ip::udp::socket socket{context, asio::ip::udp::v4()};
  boost::system::error_code error;
  socket.connect({asio::ip::make_address("192.0.2.1"), 9}, error); // sends nothing
  return error ? std::string{} : socket.local_endpoint().address().to_string();
}

/// A client that trusts this CA and this name alone.
class tls_session {
public:
  tls_session(const std::string& address, const std::string& port, const std::string& ca,
              const std::string& name) {
    settings_.load_verify_file(ca);
    stream_.set_verify_mode(asio::ssl::verify_peer);
    stream_.set_verify_callback(asio::ssl::host_name_verification(name));
    asio::connect(stream_.next_layer(), tcp::resolver{context_}.resolve(address, port));
    stream_.handshake(asio::ssl::stream_base::client);
  }
  void send(const std::string& text) { asio::write(stream_, asio::buffer(text)); }
  /// The end of stream is "<closed>".
  std::string line() {
    boost::system::error_code error;
    const auto size = asio::read_until(stream_, asio::dynamic_buffer(input_), '\n', error);
    if (error)
      return "<closed>";
    auto text = input_.substr(0, size - 1);
    input_.erase(0, size);
    return text;
  }
  std::string ask(const std::string& request) {
    send(request + '\n');
    return line();
  }

private:
  asio::io_context context_;
  asio::ssl::context settings_{asio::ssl::context::tls_client};
  asio::ssl::stream<tcp::socket> stream_{context_, settings_};
  std::string input_;
};

struct tls_cluster : cluster {
  explicit tls_cluster(const std::string& address = "127.0.0.1",
                       const std::vector<std::string>& options = {}) {
    start_proxy();
    start_node("a",
               with({"--client-address", address, "--open", "--client-tls-cert",
                     ours.cert("node").string(), "--client-tls-key", ours.key("node").string()},
                    options));
  }
  tls_session enter(const std::string& address = "127.0.0.1") {
    return {address, port("a"), ca, "node"};
  }
  authority ours{directory() / "certs"};
  std::string ca = (directory() / "certs" / "ca.crt").string();
};

} // namespace

TEST_CASE("a client by TLS submits and gets its results, large ones as well") {
  tls_cluster all;
  auto client = all.enter();
  CHECK(client.ask("PING") == "+OK pong");
  std::string requests;
  for (int i = 0; i < 50; ++i)
    requests += "SUBMIT -- head -c 300000 /dev/zero | tr '\\0' " + std::to_string(i % 10) + "\n";
  client.send(requests);
  std::vector<std::string> tickets;
  for (int i = 0; i < 50; ++i)
    tickets.push_back(field(client.line(), "ticket"));
  for (const auto& ticket : tickets)
    client.send("WAIT " + ticket + "\n");
  for (int i = 0; i < 50; ++i) {
    CHECK(field(client.line(), "bytes") == "300000");
    const auto output = client.line();
    CHECK(output.size() == 300'000);
    CHECK(output.find_first_not_of(std::to_string(i % 10)) == std::string::npos);
  }
  CHECK(client.ask("QUIT") == "+OK bye");
  CHECK(client.line() == "<closed>");
}

TEST_CASE("a body larger than a TLS record arrives whole") {
  tls_cluster all;
  auto client = all.enter();
  const std::string body(1'000'000, 'x');
  client.send("SUBMIT bytes=1000000 -- wc -c\n" + body + "\nWAIT LAST\n");
  CHECK(client.line().starts_with("+OK ticket="));
  CHECK(field(client.line(), "state") == "done");
  CHECK(client.line() == "1000000");
}

TEST_CASE("a client by TLS that says it sends no more still gets its replies") {
  tls_cluster all;
  asio::io_context context;
  tcp::socket socket{context};
  asio::connect(socket, tcp::resolver{context}.resolve("127.0.0.1", all.port("a")));
  asio::ssl::context settings{asio::ssl::context::tls_client};
  // Not Asio's stream, which cannot read any more after its own end.
  const std::unique_ptr<SSL, void (*)(SSL*)> session{SSL_new(settings.native_handle()), SSL_free};
  SSL_set_fd(session.get(), socket.native_handle());
  REQUIRE(SSL_connect(session.get()) == 1);
  const std::string requests = "SUBMIT -- sleep 0.2; echo late\nWAIT LAST\n";
  SSL_write(session.get(), requests.data(), static_cast<int>(requests.size()));
  SSL_shutdown(session.get());
  std::string heard;
  std::array<char, 4096> piece{};
  for (int size = 1; size > 0; heard.append(piece.data(), static_cast<std::size_t>(size)))
    size = std::max(0, SSL_read(session.get(), piece.data(), static_cast<int>(piece.size())));
  CHECK(has(heard, "state=done"));
  CHECK(heard.ends_with("late\n\n"));
  CHECK(SSL_get_shutdown(session.get()) == (SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN));
}

TEST_CASE("clients of this machine may speak plainly to a port with a certificate, others not") {
  const auto address = other_address();
  if (address.empty())
    return; // no network at all
  tls_cluster all{"0.0.0.0"};
  CHECK(all.connect("a").ask("PING") == "+OK pong");
  CHECK(all.enter(address).ask("PING") == "+OK pong");
  tcp::iostream plain{address, all.port("a")};
  plain << "PING\n" << std::flush;
  std::string line;
  std::getline(plain, line);
  CHECK(line == "-DENIED from other machines this port is for TLS");
  CHECK_FALSE(std::getline(plain, line));
}

TEST_CASE("who must speak TLS gets no plain words where there is no room") {
  const auto address = other_address();
  if (address.empty())
    return; // no network at all
  tls_cluster all{"0.0.0.0", {"--max-clients-per-address", "1"}};
  auto first = all.enter(address);
  CHECK(first.ask("PING") == "+OK pong");
  tcp::iostream second{address, all.port("a")};
  std::string line;
  CHECK_FALSE(std::getline(second, line));
  CHECK(all.at("a").await("turned away a client at " + address + ": too many connections from")
        != "");
}

TEST_CASE("hostile bytes at a client port with a certificate close their connection alone") {
  tls_cluster all;
  auto client = all.enter();
  for (const auto* bytes : {"\x16", "\x16\x03\x01\xff\xff junk", "\x16\x03\x01 GET / HTTP/1.1"})
    speak_plainly(all.port("a"), bytes + std::string(20'000, 'x'), true);
  CHECK(client.ask("PING") == "+OK pong");
}

TEST_CASE("a peer that is refused at a client port is not said to be one of the cluster port") {
  cluster all;
  const authority ours{all.directory() / "certs"};
  all.start_proxy();
  all.start_lonely_node("a", with({"--client-tls-cert", ours.cert("b").string(), "--client-tls-key",
                                   ours.key("b").string()},
                                  ours.options("a")));
  speak_plainly(all.port("a"), "\x16\x03\x01 GET / HTTP/1.1" + std::string(20'000, 'x'), true);
  CHECK(all.at("a").await("refused a peer at the client port: 127.0.0.1:") != "");
}

TEST_CASE("a certificate for clients that cannot be used is refused at the start") {
  cluster all;
  const authority ours{all.directory() / "certs"};
  const auto start = [&all](const std::vector<std::string>& more) {
    return refusal(with({"node", "--client-port", "0", "--data", all.data("a").string()}, more));
  };
  const auto cert = ours.cert("node").string();
  CHECK(has(start({"--client-tls-cert", cert}), "--client-tls-key: is missing"));
  CHECK(has(start({"--client-tls-cert", cert, "--client-tls-key", ours.key("b").string()}),
            "is not the key of the certificate"));
}
