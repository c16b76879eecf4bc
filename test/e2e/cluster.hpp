// Real processes of the evenkeel binary on free ports, for end-to-end tests: started, killed and
// restarted by hand, talked to through real sockets. Owns: its processes, their jobs and a
// temporary directory; all are gone when it is.
#pragma once

#include "scenario/port_reserve.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace evenkeel::test {

/// One process of the binary, with its log.
class process {
public:
  explicit process(const std::vector<std::string>& arguments);
  ~process(); ///< SIGKILL
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  /// The first log line that holds `text`, waiting for it; empty when the process ended without.
  std::string await(const std::string& text);
  void signal(int number) const;
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Exit code, or minus the signal.
  int wait();
  /// All of it; complete after `wait`.
  std::string log();

private:
  void read_log();

  pid_t pid_ = 0;
  int log_fd_ = -1;
  bool reaped_ = false;
  int status_ = 0;
  std::mutex mutex_;
  std::condition_variable grown_;
  std::string log_;
  bool ended_ = false;
  std::thread reader_;
};

/// A client's connection.
class session {
public:
  explicit session(const std::string& port);
  void send(const std::string& text);
  /// One line without its end; "<closed>" at the end of the stream.
  std::string line();
  /// Sends the request and returns the first line of its reply.
  std::string ask(const std::string& request);
  /// The reply of RESULT or WAIT: its first line, then the bytes.
  std::string ask_result(const std::string& request, std::string& bytes);
  void half_close();
  /// All that still comes.
  std::string rest();

private:
  boost::asio::ip::tcp::iostream stream_;
};

/// The value of `name=` in a line; empty without.
std::string field(const std::string& line, const std::string& name);

/// What a run says that must end with this exit status.
std::string failed_start(const std::vector<std::string>& arguments, int expected = 1);
inline std::string refusal(const std::vector<std::string>& arguments) {
  return failed_start(arguments, 2);
}
/// Arguments, and more of them.
std::vector<std::string> with(std::vector<std::string> arguments,
                              const std::vector<std::string>& more);
bool has(const std::string& text, const std::string& piece);

class cluster {
public:
  cluster();
  ~cluster();

  void start_proxy(const std::vector<std::string>& options = {});
  /// Ready, and a member, when it returns.
  void start_node(const std::string& name, const std::vector<std::string>& options = {});
  /// Does not wait for the proxy.
  void start_lonely_node(const std::string& name, const std::vector<std::string>& options = {});
  void kill(const std::string& name);
  /// SIGTERM; its exit code.
  int stop(const std::string& name);

  [[nodiscard]] process& at(const std::string& name) { return *processes_.at(name); }
  [[nodiscard]] std::string port(const std::string& name) const { return ports_.at(name); }
  [[nodiscard]] std::filesystem::path directory() const { return directory_; }
  [[nodiscard]] std::filesystem::path data(const std::string& name) const {
    return directory_ / name;
  }
  session connect(const std::string& name) { return session{port(name)}; }

  /// Submits `count` commands and returns their tickets.
  std::vector<std::string> submit(const std::string& name, int count, const std::string& request);
  /// Asks until STATUS shows this state.
  void await_state(const std::string& name, const std::string& ticket, const std::string& state);

private:
  std::filesystem::path directory_;
  std::map<std::string, std::unique_ptr<process>> processes_;
  const std::string& port_for(const std::string& name); ///< once for all its lives

  scenario::port_reserve reserve_;
  std::map<std::string, std::string> ports_;
};

} // namespace evenkeel::test
