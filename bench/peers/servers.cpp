#include "bench/peers/servers.hpp"

#include "bench/peers/answering.hpp"
#include "client/connection.hpp"

namespace evenkeel::bench {

namespace {

/// The node there knows of so many live ones.
bool sees_live(std::uint16_t port, std::size_t nodes) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  try {
    client::connection node{"127.0.0.1", port, until};
    const auto answer = node.ask("NODES", until);
    std::size_t live = 0;
    constexpr std::string_view words = "state=live";
    for (auto at = answer.body.find(words); at != std::string_view::npos;
         at = answer.body.find(words, at + words.size()))
      ++live;
    return live == nodes;
  } catch (const client::connection_lost&) {
    return false;
  }
}

void await_cluster(const site& here, const std::vector<std::uint16_t>& ports) {
  constexpr std::chrono::seconds join_time{20};
  for (const auto port : ports)
    if (!here.around().wait.until(join_time, [&] { return sees_live(port, ports.size()); }))
      throw unavailable("the nodes do not join their proxy");
}

} // namespace

std::vector<std::uint16_t> start_evenkeel(site& here, std::size_t nodes,
                                          const std::vector<std::string>& options) {
  const auto binary = here.around().evenkeel.string();
  const auto cluster_port = std::to_string(here.take_port());
  auto& proxy =
      here.start({binary, "proxy", cluster_port, "--data", (here.directory() / "proxy").string()});
  here.await_words(proxy, "proxy is ready on");
  std::vector<std::uint16_t> ports;
  std::vector<scenario::process*> started;
  for (std::size_t i = 0; i < nodes; ++i) {
    const auto name = "node" + std::to_string(i);
    ports.push_back(here.take_port());
    std::vector<std::string> command{binary,          "node",
                                     "127.0.0.1",     cluster_port,
                                     "--name",        name,
                                     "--data",        (here.directory() / name).string(),
                                     "--client-port", std::to_string(ports.back())};
    command.insert(command.end(), options.begin(), options.end());
    started.push_back(&here.start(command));
  }
  for (auto* one : started)
    here.await_words(*one, "is ready for clients on");
  await_cluster(here, ports);
  return ports;
}

std::uint16_t start_beanstalkd(site& here, beanstalkd_log log) {
  const auto port = here.take_port();
  std::vector<std::string> command{"beanstalkd", "-l", "127.0.0.1", "-p", std::to_string(port)};
  if (log == beanstalkd_log::every_write_flushed)
    command.insert(command.end(), {"-b", here.directory().string(), "-f0"});
  here.await_port(here.start(command), port);
  return port;
}

std::uint16_t start_redis(site& here) {
  const auto port = here.take_port();
  auto& server =
      here.start({"redis-server", "--port", std::to_string(port), "--bind", "127.0.0.1", "--dir",
                  here.directory().string(), "--save", "", "--appendonly", "yes", "--appendfsync",
                  "always", "--auto-aof-rewrite-percentage", "0"});
  here.await_words(server, "Ready to accept connections");
  return port;
}

std::uint16_t start_gearmand(site& here) {
  const auto port = here.take_port();
  auto& server = here.start({"gearmand", "--listen=127.0.0.1", "--port=" + std::to_string(port),
                             "--log-file=stderr", "--queue-type=builtin",
                             "--pid-file=" + (here.directory() / "gearmand.pid").string()});
  here.await_port(server, port);
  return port;
}

void start_workers(site& here, const std::string& peer, std::uint16_t port, std::size_t count) {
  auto& workers = here.start({here.around().ourselves.string(), "workers", peer,
                              std::to_string(port), std::to_string(count)});
  here.await_words(workers, answering_words);
}

std::uint16_t start_answering(site& here, const std::string& what) {
  const auto port = here.take_port();
  auto& server = here.start({here.around().ourselves.string(), what, std::to_string(port)});
  here.await_words(server, answering_words);
  return port;
}

} // namespace evenkeel::bench
