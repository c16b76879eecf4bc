// What jobs inherit from real nodes, whom they run as, and what limits do to them.
#include "cluster.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

using namespace evenkeel::test;

namespace {

bool is_root() {
  if (::geteuid() == 0)
    return true;
  MESSAGE("skipped: only root may run jobs as another user");
  return false;
}

/// What the command prints, and its status afterwards.
std::string output_of(cluster& all, const std::string& command, std::string* status = nullptr) {
  auto client = all.connect("a");
  const auto ticket = field(client.ask("SUBMIT -- " + command), "ticket");
  std::string bytes;
  client.ask_result("WAIT " + ticket + " both", bytes);
  if (status != nullptr)
    *status = client.ask("STATUS " + ticket);
  return bytes;
}

struct variables {
  explicit variables(const std::vector<std::string>& all) : names(all) {
    for (const auto& name : names)
      ::setenv(name.c_str(), "0", 1);
  }
  ~variables() {
    for (const auto& name : names)
      ::unsetenv(name.c_str());
  }
  variables(const variables&) = delete;
  variables& operator=(const variables&) = delete;
  std::vector<std::string> names;
};

} // namespace

TEST_CASE("a job has three descriptors, and no setting of its node in its environment") {
  const variables given{{"EVENKEEL_DISK_RESERVE", "EVENKEEL_VERBOSE", "NOTIFY_SOCKET"}};
  cluster all;
  all.start_proxy();
  all.start_node("a");
  CHECK(output_of(all, "exec ls /proc/self/fd") == "0\n1\n2\n3\n"); // 3: the directory
  std::istringstream environment{output_of(all, "/usr/bin/env")};
  std::string ours;
  for (std::string line; std::getline(environment, line);)
    if (line.starts_with("EVENKEEL_") || line.starts_with("NOTIFY_"))
      ours += line.substr(0, line.find('=')) + " ";
  CHECK(has(ours, "EVENKEEL_LEDGER "));
  for (const auto* known : {"EVENKEEL_SCENARIO ", "EVENKEEL_LEDGER ", "EVENKEEL_TICKET ",
                            "EVENKEEL_ATTEMPT ", "EVENKEEL_NODE "})
    if (const auto at = ours.find(known); at != std::string::npos)
      ours.erase(at, std::string(known).size());
  CHECK(ours == "");
}

TEST_CASE("jobs of another user cannot read what is their node's alone, and are ended with it") {
  if (!is_root())
    return;
  cluster all;
  ::chmod(all.directory().c_str(), 0755); // so that only the node's own directory keeps jobs out
  all.start_proxy();
  all.start_node("a", {"--job-user", "nobody"});
  CHECK(output_of(all, "id -un; echo $HOME $USER; pwd") == "nobody\n/nonexistent nobody\n/\n");
  CHECK(has(output_of(all, "ls " + all.data("a").string()), "Permission denied"));
  CHECK(has(output_of(all, "cat /proc/" + std::to_string(all.at("a").pid()) + "/environ"),
            "Permission denied"));

  auto client = all.connect("a");
  const auto ticket = field(client.ask("SUBMIT -- sleep 1000"), "ticket");
  all.await_state("a", ticket, "running");
  CHECK(client.ask("CANCEL " + ticket).starts_with("+OK"));
  // A job counts as running from the moment that its start is ordered: it says itself that it runs.
  const auto started = all.directory() / "started";
  std::ofstream{started};
  ::chmod(started.c_str(), 0666);
  client.ask("SUBMIT -- echo yes > " + started.string() + "; exec sleep 1000");
  std::string said;
  while (!(std::ifstream(started) >> said)) {
  }
  all.kill("a");
  all.start_node("a", {"--job-user", "nobody"});
  CHECK(all.at("a").await("ended what an earlier life of this node left running") != "");
}

TEST_CASE("a node that cannot run jobs as asked does not start and says why") {
  cluster all;
  const auto start = [&all](const std::vector<std::string>& more) {
    return refusal(with({"node", "--client-port", "0", "--data", all.data("a").string()}, more));
  };
  CHECK(has(start({"--job-user", "no-such-user"}), "--job-user: there is no user no-such-user"));
  CHECK(has(start({"--job-user", "root"}), "root is root"));
  if (::geteuid() != 0)
    CHECK(has(start({"--job-user", "nobody"}), "only root may run jobs as another user"));
  CHECK(has(start({"--job-limit", "nofile=many"}), "nofile=many: a whole number is meant"));
  CHECK(has(start({"--job-limit", "as=2X"}), "as=2X: '2X' is not a number of bytes"));
  CHECK(has(start({"--job-limit", "cpu=1m"}), "cpu=1m: a number of seconds is meant"));
  CHECK(has(start({"--job-limit", "color=1"}), "as core cpu data fsize nofile nproc stack"));
  CHECK(has(start({"--job-limit", "nofile=9,nofile=9"}), "it is given twice"));
  CHECK(has(start({"--job-limit", "as=4k"}), "not even an empty job runs like that"));
}

TEST_CASE("a directory or a file of tokens that is the jobs' user's is refused") {
  if (!is_root())
    return;
  cluster all;
  const auto tokens = (all.directory() / "tokens").string();
  std::ofstream{tokens} << "ana " << std::string(64, '0') << " submit\n";
  constexpr uid_t nobody = 65534;
  REQUIRE(::chown(tokens.c_str(), nobody, nobody) == 0);
  const std::vector<std::string> node{"node",   "--client-port",       "0", "--job-user", "nobody",
                                      "--data", all.data("a").string()};
  CHECK(has(refusal(with(node, {"--tokens", tokens})), "belongs to nobody"));
  std::filesystem::create_directory(all.data("a"));
  REQUIRE(::chmod(all.data("a").c_str(), 0755) == 0);
  CHECK(has(failed_start(node), "so that jobs cannot read it"));
}

TEST_CASE("SIGHUP takes no file of tokens that has become the jobs' user's") {
  if (!is_root())
    return;
  cluster all;
  const auto tokens = (all.directory() / "tokens").string();
  const auto append = [&tokens](const std::string& name, char digit) {
    std::ofstream{tokens, std::ios::app} << name << " " << std::string(64, digit) << " submit\n";
  };
  append("ana", '0');
  all.start_proxy();
  const std::vector<std::string> guarded{"--job-user", "nobody", "--tokens", tokens};
  all.start_lonely_node("a", guarded);
  process host(with({"host", "--port", "0", "--data", all.data("host").string()}, guarded));
  host.await("host is ready on");
  constexpr uid_t nobody = 65534;
  append("bob", '1');
  REQUIRE(::chown(tokens.c_str(), nobody, nobody) == 0);
  for (auto* one : {&all.at("a"), &host}) {
    one->signal(SIGHUP);
    CHECK(has(one->await("the tokens stay as they were"), "belongs to nobody"));
  }
  REQUIRE(::chown(tokens.c_str(), 0, 0) == 0);
  for (auto* one : {&all.at("a"), &host}) {
    one->signal(SIGHUP);
    CHECK(one->await("clients need one of the 2 tokens") != "");
  }
}

TEST_CASE("a job that a limit has ended says which in its status") {
  cluster all;
  all.start_proxy();
  all.start_node("a", {"--job-limit", "cpu=1,nofile=99,fsize=1M"});
  CHECK(output_of(all, "ulimit -n; ulimit -t") == "99\n1\n");
  std::string status;
  output_of(all, "while :; do :; done", &status);
  CHECK(field(status, "signal") == "24");
  CHECK(has(field(status, "reason"), "CPU%20time"));
  output_of(all, "/usr/bin/yes > " + (all.directory() / "big").string(), &status);
  CHECK(has(field(status, "reason"), "larger%20file"));
}
