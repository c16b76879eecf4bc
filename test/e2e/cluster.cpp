#include "cluster.hpp"

#include "client/replies.hpp"
#include "scenario/cluster.hpp"
#include "scenario/leftovers.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

extern char** environ; // NOLINT(readability-redundant-declaration)

namespace evenkeel::test {

process::process(const std::vector<std::string>& arguments) {
  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], 2);
  std::vector<char*> argv{const_cast<char*>(EVENKEEL_BINARY)};
  for (const auto& argument : arguments)
    argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const auto error = posix_spawn(&pid_, EVENKEEL_BINARY, &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  log_fd_ = pipe_ends[0];
  if (error != 0)
    throw std::runtime_error("cannot start " EVENKEEL_BINARY);
  reader_ = std::thread([this] { read_log(); });
}

process::~process() {
  if (!reaped_) {
    ::kill(pid_, SIGKILL);
    wait();
  }
  reader_.join();
  close(log_fd_);
}

/// Until nobody holds the other end. Jobs do not inherit it.
void process::read_log() {
  std::array<char, 4096> buffer{};
  while (true) {
    const auto size = read(log_fd_, buffer.data(), buffer.size());
    const std::lock_guard lock{mutex_};
    if (size <= 0) {
      ended_ = true;
      grown_.notify_all();
      return;
    }
    log_.append(buffer.data(), static_cast<std::size_t>(size));
    grown_.notify_all();
  }
}

std::string process::await(const std::string& text) {
  std::unique_lock lock{mutex_};
  while (true) {
    const auto found = log_.find(text);
    const auto end = found == std::string::npos ? found : log_.find('\n', found);
    if (end != std::string::npos) {
      const auto begin = log_.rfind('\n', found);
      const auto first = begin == std::string::npos ? 0 : begin + 1;
      return log_.substr(first, end - first);
    }
    if (ended_)
      return {};
    grown_.wait(lock);
  }
}

void process::signal(int number) const {
  ::kill(pid_, number);
}

int process::wait() {
  if (!reaped_) {
    waitpid(pid_, &status_, 0);
    reaped_ = true;
    std::unique_lock lock{mutex_};
    grown_.wait(lock, [this] { return ended_; });
  }
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
}

std::string process::log() {
  const std::lock_guard lock{mutex_};
  return log_;
}

session::session(const std::string& port) {
  stream_.connect("127.0.0.1", port);
  if (!stream_)
    throw std::runtime_error("cannot connect to port " + port);
}

void session::send(const std::string& text) {
  stream_ << text << std::flush;
}

std::string session::line() {
  std::string text;
  if (!std::getline(stream_, text))
    return "<closed>";
  return text;
}

std::string session::ask(const std::string& request) {
  send(request + '\n');
  return line();
}

std::string session::ask_result(const std::string& request, std::string& bytes) {
  auto first = ask(request);
  bytes.clear();
  if (first.starts_with("+OK")) {
    bytes.resize(std::stoul(field(first, "bytes")));
    stream_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    line();
  }
  return first;
}

void session::half_close() {
  stream_.rdbuf()->socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send);
}

std::string session::rest() {
  return {std::istreambuf_iterator<char>(stream_), {}};
}

std::string field(const std::string& line, const std::string& name) {
  return std::string(client::find_field(line, name).value_or(""));
}

std::string failed_start(const std::vector<std::string>& arguments, int expected) {
  process started{arguments};
  CHECK(started.wait() == expected);
  return started.log();
}

std::vector<std::string> with(std::vector<std::string> arguments,
                              const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

bool has(const std::string& text, const std::string& piece) {
  return text.find(piece) != std::string::npos;
}

cluster::cluster() {
  std::string name = (std::filesystem::temp_directory_path() / "evenkeel-e2e-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw std::runtime_error("no temporary directory");
  directory_ = name;
  setenv(scenario::scenario_variable, name.c_str(), 1); // of its jobs as well: to find them by
}

cluster::~cluster() {
  processes_.clear();
  scenario::end_leftovers(directory_); // jobs of nodes that were killed
  std::filesystem::remove_all(directory_);
}

const std::string& cluster::port_for(const std::string& name) {
  auto& port = ports_[name];
  if (port.empty())
    port = std::to_string(reserve_.take());
  return port;
}

void cluster::start_proxy(const std::vector<std::string>& options) {
  processes_["proxy"] = std::make_unique<process>(
      with({"proxy", port_for("proxy"), "--data", data("proxy").string()}, options));
  const auto ready = at("proxy").await("proxy is ready on");
  if (ready.empty())
    throw std::runtime_error("the proxy did not start: " + at("proxy").log());
}

void cluster::start_lonely_node(const std::string& name, const std::vector<std::string>& options) {
  processes_[name] = std::make_unique<process>(
      with({"node", "127.0.0.1", ports_["proxy"], "--name", name, "--slots", "2", "--data",
            data(name).string(), "--client-port", port_for(name)},
           options));
  const auto ready = at(name).await("is ready for clients on");
  if (ready.empty())
    throw std::runtime_error(name + " did not start: " + at(name).log());
}

void cluster::start_node(const std::string& name, const std::vector<std::string>& options) {
  start_lonely_node(name, options);
  if (at(name).await("joined the cluster").empty())
    throw std::runtime_error(name + " did not join: " + at(name).log());
}

void cluster::kill(const std::string& name) {
  at(name).signal(SIGKILL);
  at(name).wait();
}

int cluster::stop(const std::string& name) {
  at(name).signal(SIGTERM);
  return at(name).wait();
}

std::vector<std::string> cluster::submit(const std::string& name, int count,
                                         const std::string& request) {
  auto client = connect(name);
  std::string lines;
  for (int i = 0; i < count; ++i)
    lines += request + '\n';
  client.send(lines);
  std::vector<std::string> tickets;
  for (int i = 0; i < count; ++i)
    tickets.push_back(field(client.line(), "ticket"));
  return tickets;
}

void cluster::await_state(const std::string& name, const std::string& ticket,
                          const std::string& state) {
  auto client = connect(name);
  while (field(client.ask("STATUS " + ticket), "state") != state) {
  }
}

} // namespace evenkeel::test
