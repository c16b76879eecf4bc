#include "test/jobs/launched.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <sstream>

using namespace evenkeel::jobs;
using namespace evenkeel::jobs::test;

TEST_CASE("a command's output, errors and exit code come back") {
  launched jobs;
  const auto end = jobs.run(command("echo out; echo err >&2; exit 3"));
  CHECK(end.exit_code == 3);
  CHECK(end.signal == 0);
  CHECK(end.out == "out\n");
  CHECK(end.err == "err\n");
  CHECK_FALSE(end.out_truncated);
  CHECK_FALSE(end.err_truncated);
  CHECK_FALSE(end.stopped);
  CHECK_FALSE(end.could_not_start);
  CHECK(end.error == "");
  CHECK(end.pid > 0);
}

TEST_CASE("a start is told before the end, with the pid and a start time") {
  launched jobs;
  const auto end = jobs.run(command("exit 0"));
  const auto started = jobs.started(end.token);
  CHECK(started.pid == end.pid);
  CHECK(started.start_ticks > 0);
}

TEST_CASE("a death by signal is told as such") {
  launched jobs;
  const auto end = jobs.run(command("kill -9 $$"));
  CHECK(end.signal == SIGKILL);
  CHECK_FALSE(end.stopped);
}

TEST_CASE("a command without standard input reads nothing") {
  launched jobs;
  CHECK(jobs.run(command("cat; echo done")).out == "done\n");
}

TEST_CASE("a command reads its standard input whole, whatever is in it") {
  launched jobs;
  auto request = command("wc -c");
  request.has_stdin = true;
  request.body.assign(1'000'000, '\0');
  CHECK(jobs.run(request).out == "1000000\n");
}

TEST_CASE("a command that ignores a large standard input ends all the same") {
  launched jobs;
  auto request = command("exit 0");
  request.has_stdin = true;
  request.body.assign(1'000'000, 'x');
  CHECK(jobs.run(request).exit_code == 0);
}

TEST_CASE("the request's environment is added to ours, over it, the last of two counting") {
  ::setenv("TEST_OURS", "ours", 1);
  ::setenv("TEST_OVER", "ours", 1);
  launched jobs;
  auto request = command("echo $TEST_OURS $TEST_OVER $TEST_TWICE");
  request.environment = {{"TEST_OVER", "job"}, {"TEST_TWICE", "first"}, {"TEST_TWICE", "second"}};
  CHECK(jobs.run(request).out == "ours job second\n");
}

TEST_CASE("our settings, and what an init system gave us, are not in a job's environment") {
  constexpr std::array ours{"EVENKEEL_TOKENS", "EVENKEEL_TLS_KEY", "EVENKEEL_ANYTHING",
                            "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET"};
  for (const auto* name : ours)
    ::setenv(name, "not-for-jobs-7f3a", 1);
  launched jobs;
  const auto end = jobs.run(command("/usr/bin/env"));
  for (const auto* name : ours)
    ::unsetenv(name);
  CHECK(end.exit_code == 0);
  CHECK(end.out.find("not-for-jobs-7f3a") == std::string::npos);
}

TEST_CASE("a job starts in the configured directory") {
  launcher_settings settings;
  settings.confinement.directory = "/";
  launched jobs(settings);
  CHECK(jobs.run(command("pwd")).out == "/\n");
}

TEST_CASE("a job leads a process group of its own") {
  launched jobs;
  const auto end = jobs.run(command("cut -d' ' -f5 /proc/$$/stat"));
  CHECK(end.out == std::to_string(end.pid) + "\n");
}

TEST_CASE("a job has no signal blocked and none ignored, whatever we ignore") {
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  launched jobs;
  const auto end = jobs.run(
      command("while read name value; do case $name in SigBlk:|SigIgn:) echo $value; esac; done "
              "< /proc/$$/status"));
  ::signal(SIGPIPE, before);
  std::istringstream masks(end.out);
  std::uint64_t blocked = 1;
  std::uint64_t ignored = 1;
  masks >> std::hex >> blocked >> ignored;
  CHECK(blocked == 0);
  CHECK(ignored == 0);
}

TEST_CASE("a job inherits no descriptor but the standard three") {
  const descriptor null{::open("/dev/null", O_RDONLY)};
  const descriptor forgotten{::dup2(null.get(), 57)}; // without close-on-exec
  launched jobs;
  const auto end =
      jobs.run(command("for n in 0 1 2 3 4 57; do [ -e /proc/$$/fd/$n ] && echo $n; done"));
  CHECK(end.out == "0\n1\n2\n");
}

TEST_CASE("output is kept up to the limit and the rest is read away") {
  launched jobs;
  auto request = command("head -c 1000000 /dev/zero | tr '\\0' x; echo 12345 >&2");
  request.capture_limit = 6;
  const auto end = jobs.run(request);
  CHECK(end.exit_code == 0);
  CHECK(end.out == "xxxxxx");
  CHECK(end.out_truncated);
  CHECK(end.err == "12345\n");
  CHECK_FALSE(end.err_truncated);
}

TEST_CASE("a capture limit of zero keeps nothing and tells so") {
  launched jobs;
  auto request = command("echo x");
  request.capture_limit = 0;
  const auto end = jobs.run(request);
  CHECK(end.out == "");
  CHECK(end.out_truncated);
  CHECK_FALSE(end.err_truncated);
}

TEST_CASE("all that the job itself wrote comes back, however large") {
  launched jobs;
  auto request = command("head -c 3000000 /dev/zero");
  request.capture_limit = 4'000'000;
  const auto end = jobs.run(request);
  CHECK(end.out.size() == 3'000'000);
  CHECK_FALSE(end.out_truncated);
}

TEST_CASE("a background process that keeps the pipe open neither delays the end nor survives it") {
  ear told;
  const trap forever;
  launched jobs;
  const auto end = jobs.run(command("exec 9> " + told.path() + "; " + "sh -c 'read x < "
                                    + forever.path() + "' & echo over"));
  CHECK(end.exit_code == 0);
  CHECK(end.out == "over\n");
  told.wait_until_released();
}

TEST_CASE("a background process that writes without end does not delay the end") {
  launched jobs;
  auto request = command("yes & echo over");
  request.capture_limit = 10;
  const auto end = jobs.run(request);
  CHECK(end.exit_code == 0);
}

TEST_CASE("descriptors do not leak over 200 jobs") {
  launched jobs;
  jobs.run(command("exit 0"));
  const auto before = open_descriptors();
  std::vector<std::uint64_t> tokens;
  for (int i = 0; i < 200; ++i) {
    auto request = i % 3 == 0 ? script("#!/bin/sh\nexit 0\n") : command("exit 0");
    request.has_stdin = i % 3 == 1;
    tokens.push_back(jobs.start(request));
  }
  for (const auto token : tokens)
    CHECK(jobs.ended(token).exit_code == 0);
  CHECK(open_descriptors() == before);
}
