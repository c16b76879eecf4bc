// Jobs as another user, and with limits.
#include "actors/jobs/confinement_check.hpp"
#include "actors/jobs/orphans.hpp"
#include "test/jobs/launched.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

using namespace evenkeel::jobs;
using namespace evenkeel::jobs::test;

namespace {

/// On every Debian; has no home.
constexpr const char* somebody = "nobody";

bool is_root() {
  if (::geteuid() == 0)
    return true;
  MESSAGE("skipped: only root may run jobs as another user");
  return false;
}

launcher_settings as_somebody() {
  launcher_settings settings;
  settings.confinement.user = find_user(somebody);
  settings.confinement = tried(std::move(settings.confinement));
  return settings;
}

/// Anybody may write into it.
void open_to_all(const fifo& pipe) {
  REQUIRE(::chmod(std::filesystem::path(pipe.path()).parent_path().c_str(), 0711) == 0);
  REQUIRE(::chmod(pipe.path().c_str(), 0622) == 0);
}

job_limit limit(std::string_view name, std::uint64_t value) {
  for (const auto& kind : limit_kinds())
    if (kind.name == name)
      return {&kind, value};
  throw std::runtime_error("no such limit");
}

launcher_settings with_limit(std::string_view name, std::uint64_t value) {
  launcher_settings settings;
  settings.confinement.limits = {limit(name, value)};
  return settings;
}

std::string problem_of(job_confinement wanted) {
  try {
    tried(std::move(wanted));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

} // namespace

TEST_CASE("a user that there is not, and root, are no users for jobs") {
  CHECK_THROWS_WITH(find_user("no-such-user"), "there is no user no-such-user");
  CHECK_THROWS_WITH(find_user("root"),
                    "root is root: give a user with fewer rights, or leave it out");
}

TEST_CASE("a job has the user's ids and groups, and none of ours") {
  if (!is_root())
    return;
  launched jobs{as_somebody()};
  const auto user = find_user(somebody);
  const auto end = jobs.run(command("grep -E '^(Uid|Gid|Groups|CapPrm|CapEff):' /proc/$$/status"));
  std::string groups;
  for (const auto group : user.groups)
    groups += std::to_string(group) + " ";
  const auto four = [](auto id) {
    const auto text = std::to_string(id);
    return text + "\t" + text + "\t" + text + "\t" + text + "\n";
  };
  CHECK(end.out
        == "Uid:\t" + four(user.uid) + "Gid:\t" + four(user.gid) + "Groups:\t" + groups
               + "\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n");
  CHECK(::geteuid() == 0); // nothing of it stays with us
}

TEST_CASE("a script runs as the user as well, and may write to its standard output by name") {
  if (!is_root())
    return;
  launched jobs{as_somebody()};
  CHECK(jobs.run(script("#!/bin/sh\nid -un > /dev/stdout\n")).out == "nobody\n");
  CHECK(jobs.run(script("id -un >> /dev/stderr\n")).err == "nobody\n");
  CHECK(jobs.run(command("/usr/bin/id -un")).out == "nobody\n");
}

TEST_CASE("a job's environment and directory are its user's") {
  if (!is_root())
    return;
  launched jobs{as_somebody()};
  const auto user = find_user(somebody);
  CHECK(jobs.run(command("echo $HOME $USER $LOGNAME $SHELL $PWD")).out
        == user.home + " nobody nobody " + user.shell + " /\n");
}

TEST_CASE("a job of another user cannot read what is ours alone") {
  if (!is_root())
    return;
  auto directory = (std::filesystem::temp_directory_path() / "evenkeel-XXXXXX").string();
  REQUIRE(::mkdtemp(directory.data()) != nullptr); // 0700
  launched jobs{as_somebody()};
  const auto ours = std::to_string(::getpid());
  CHECK(jobs.run(command("ls " + directory)).exit_code != 0);
  CHECK(jobs.run(command("cat /proc/" + ours + "/environ")).exit_code != 0);
  CHECK(jobs.run(command("ls /proc/" + ours + "/fd/")).exit_code != 0);
  CHECK(jobs.run(command("kill -0 " + ours)).exit_code != 0);
  std::filesystem::remove(directory);
}

TEST_CASE("a job of another user is stopped with all its group") {
  if (!is_root())
    return;
  ear listener;
  open_to_all(listener);
  launched jobs{as_somebody()};
  const auto token =
      jobs.start(command("exec 9> " + listener.path() + "; echo here >&9; sleep 1000 & wait"));
  CHECK(listener.line() == "here");
  jobs.launcher().stop(token, grace_time{0});
  CHECK(jobs.ended(token).signal == SIGKILL);
  listener.wait_until_released();
}

TEST_CASE("R17: what another user's job left running is found and ended") {
  if (!is_root() || !may_look_into_others_processes())
    return;
  ear told;
  open_to_all(told);
  launched jobs{as_somebody()};
  auto request = command("exec 9> " + told.path()
                         + "; setsid sh -c 'echo here >&9; exec sleep 1000' & wait"); // nobody else
  const auto ledger = "confinement-test-" + std::to_string(::getpid()); // other runs have others
  request.environment = {{std::string(ledger_variable), ledger}};
  const auto token = jobs.start(request);
  CHECK(told.line() == "here");
  jobs.launcher().stop(token, grace_time{0});
  jobs.ended(token);
  const auto sweep = end_orphans(ledger, std::chrono::seconds(60));
  CHECK(sweep.ended.size() == 1);
  CHECK(sweep.remaining.empty());
}

TEST_CASE("whoever is not root runs no jobs as others") {
  job_confinement wanted;
  wanted.user = find_user(somebody);
  if (::geteuid() != 0)
    CHECK(problem_of(wanted).starts_with("only root may run jobs as another user"));
  else
    CHECK(problem_of(wanted) == "");
}

TEST_CASE("a job has the limits that it is given") {
  launcher_settings settings;
  settings.confinement.limits = {limit("nofile", 77), limit("core", 0), limit("as", 1U << 30U),
                                 limit("cpu", 60)};
  launched jobs{settings};
  const auto end = jobs.run(command("ulimit -n; ulimit -c; ulimit -v; ulimit -t; ulimit -Ht"));
  CHECK(end.out == "77\n0\n1048576\n60\n65\n");
  rlimit ours{};
  REQUIRE(::getrlimit(RLIMIT_CPU, &ours) == 0);
  CHECK(ours.rlim_cur == RLIM_INFINITY); // nothing of it stays with us
}

TEST_CASE("a job that uses too much CPU time is ended, and the limit is named") {
  launched jobs{with_limit("cpu", 1)};
  const std::string why = "used more CPU time than this node allows: 1 s";
  const auto end = jobs.run(command("while :; do :; done"));
  CHECK(end.signal == SIGXCPU);
  CHECK(end.limit == why);
  const auto inside = jobs.run(command("(while :; do :; done); exit $?"));
  CHECK(inside.exit_code == 128 + SIGXCPU);
  CHECK(inside.limit == why);
}

TEST_CASE("a job that writes too large a file is ended, and the limit is named") {
  launched jobs{with_limit("fsize", 4096)};
  auto file = (std::filesystem::temp_directory_path() / "evenkeel-XXXXXX").string();
  const descriptor made{::mkstemp(file.data())};
  const auto end = jobs.run(command("/usr/bin/head -c 10000 /dev/zero > " + file));
  std::filesystem::remove(file);
  CHECK((end.signal == SIGXFSZ || end.exit_code == 128 + SIGXFSZ));
  CHECK(end.limit == "wrote a larger file than this node allows: 4096 bytes");
}

TEST_CASE("the ends of other jobs are not put down to limits") {
  launched jobs{with_limit("cpu", 100)};
  CHECK(jobs.run(command("exit 3")).limit == "");
  CHECK(jobs.run(command("kill -9 $$")).limit == "");
  launched without;
  CHECK(without.run(command("kill -XCPU $$")).limit == "");
}

TEST_CASE("limits under which nothing runs are found at the start") {
  CHECK(problem_of(with_limit("as", 4096).confinement)
            .starts_with("not even an empty job runs like that: "));
  CHECK(problem_of(with_limit("nofile", 100).confinement) == "");
}
