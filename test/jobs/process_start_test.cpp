#include "actors/jobs/process_identity.hpp"
#include "test/jobs/launched.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/resource.h>

#include <future>
#include <thread>

using namespace evenkeel::jobs;
using namespace evenkeel::jobs::test;

namespace {

/// While it lives this process can open no descriptor.
class no_descriptors_left {
public:
  no_descriptors_left() {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    auto none = before_;
    none.rlim_cur = 0;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  }
  ~no_descriptors_left() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  no_descriptors_left(const no_descriptors_left&) = delete;
  no_descriptors_left& operator=(const no_descriptors_left&) = delete;

private:
  rlimit before_{};
};

/// A launcher whose thread waits inside the sink, so that what is started meanwhile stays queued.
struct held_launcher {
  explicit held_launcher(std::size_t max_queued)
      : launcher(
          [this](const process_event& event) {
            if (const auto* start = std::get_if<command_started>(&event); start != nullptr) {
              if (start->token == 1) {
                holding.set_value();
                may_go_on.get_future().wait();
              }
            } else if (std::get<command_end>(event).token == 2) {
              second.set_value(std::get<command_end>(event));
            }
          },
          settings_with(max_queued)) {
    REQUIRE(launcher.start(numbered(1)) == start_result::accepted);
    holding.get_future().wait();
  }

  static launcher_settings settings_with(std::size_t max_queued) {
    launcher_settings settings;
    settings.max_queued = max_queued;
    return settings;
  }

  static command_request numbered(std::uint64_t token) {
    auto request = command("exit 0");
    request.token = token;
    return request;
  }

  std::promise<void> holding;
  std::promise<void> may_go_on;
  std::promise<command_end> second;
  process_launcher launcher;
};

} // namespace

TEST_CASE("a script runs under the interpreter that its first line names") {
  launched jobs;
  CHECK(jobs.run(script("#!/bin/cat\nline two\n")).out == "#!/bin/cat\nline two\n");
  CHECK(jobs.run(script("#!/bin/sh -e\nfalse\necho never\n")).exit_code == 1);
}

TEST_CASE("a script can name an interpreter that env finds") {
  launched jobs;
  CHECK(jobs.run(script("#!/usr/bin/env sh\necho found; exit 4\n")).exit_code == 4);
}

TEST_CASE("a script without a first line of that kind is run by the shell") {
  launched jobs;
  CHECK(jobs.run(script("echo plain\n")).out == "plain\n");
  CHECK(jobs.run(script("")).exit_code == 0);
}

TEST_CASE("a program's bytes run as a script") {
  launched jobs;
  auto program = read_proc_file("/bin/true");
  REQUIRE(program);
  const auto end = jobs.run(script(*program));
  CHECK(end.error == "");
  CHECK(end.exit_code == 0);
}

TEST_CASE("a script's standard input is empty") {
  launched jobs;
  CHECK(jobs.run(script("#!/bin/sh\ncat; echo over\n")).out == "over\n");
}

TEST_CASE("a script cannot change its own text") {
  launched jobs;
  const auto end = jobs.run(script("#!/bin/sh\necho x > /proc/self/fd/3 || echo refused\n"));
  CHECK(end.out == "refused\n");
}

TEST_CASE("a script may be larger than any command line") {
  launched jobs;
  const auto end = jobs.run(script("#!/bin/sh\necho big\nexit 0\n" + std::string(3'000'000, '#')));
  CHECK(end.out == "big\n");
}

TEST_CASE("a script whose interpreter does not exist ends with 127 and the reason") {
  launched jobs;
  const auto end = jobs.run(script("#!/no/such/interpreter\n"));
  CHECK(end.exit_code == 127);
  CHECK(end.pid == 0);
  CHECK_FALSE(end.could_not_start);
  CHECK(end.error == "cannot run the interpreter that the script names: No such file or directory");
}

TEST_CASE("a command that is too long for the system ends with 126 and the reason") {
  launched jobs;
  const auto token = jobs.start(command("exit 0 #" + std::string(1'000'000, 'x')));
  const auto end = jobs.ended(token);
  CHECK(end.exit_code == 126);
  CHECK_FALSE(end.could_not_start);
  CHECK(end.error == "cannot run the command: Argument list too long");
  CHECK_FALSE(jobs.has_started(token));
}

TEST_CASE("a command that the shell does not find ends with the shell's 127 and no error of ours") {
  launched jobs;
  const auto end = jobs.run(command("/no/such/program"));
  CHECK(end.exit_code == 127);
  CHECK(end.error == "");
  CHECK(end.pid > 0);
}

TEST_CASE("a plain command that cannot be run is reported in the shell's words") {
  launched jobs;
  const auto end = jobs.run(command("/etc/passwd"));
  CHECK(end.exit_code == 126);
  CHECK(end.error == "");
  CHECK(end.err.find("/etc/passwd") != std::string::npos);
}

TEST_CASE("a plain command gets its arguments, input and environment without a shell") {
  launched jobs;
  CHECK(jobs.run(command("/bin/echo a  b=c")).out == "a b=c\n");
  auto request = command("/bin/cat");
  request.has_stdin = true;
  request.body = "input";
  CHECK(jobs.run(request).out == "input");
  request = command("/usr/bin/env");
  request.environment = {{"EVENKEEL_TEST_PLAIN", "set"}};
  CHECK(jobs.run(request).out.find("EVENKEEL_TEST_PLAIN=set\n") != std::string::npos);
}

TEST_CASE("what the system would cut off in silence is refused") {
  launched jobs;
  CHECK(jobs.run(command(std::string("echo a\0b", 8))).error == "the command holds a NUL byte");
  for (const auto& name : {std::string(), std::string("A=B"), std::string("A\0B", 3)}) {
    auto request = command("exit 0");
    request.environment = {{name, "x"}};
    const auto end = jobs.run(request);
    CHECK(end.exit_code == 126);
    CHECK(end.error.starts_with("bad environment variable: "));
  }
}

TEST_CASE("without free descriptors a command could not start, and later it can") {
  launched jobs;
  jobs.run(command("exit 0"));
  for (const auto& request : {command("exit 0"), script("exit 0")}) {
    command_end end;
    {
      const no_descriptors_left shortage;
      end = jobs.run(request);
    }
    CHECK(end.could_not_start);
    CHECK(end.pid == 0);
    CHECK(end.error == "cannot make a pipe: Too many open files");
  }
  CHECK(jobs.run(command("exit 0")).exit_code == 0);
}

TEST_CASE("a token is refused while its command has not ended, and may be used again after it") {
  const trap forever;
  launched jobs;
  const auto token = jobs.start(command("read x < " + forever.path()));
  auto again = command("exit 0");
  again.token = token;
  CHECK(jobs.launcher().start(again) == start_result::token_used);
  CHECK(jobs.launcher().unfinished() == 1);
  jobs.launcher().stop(token, grace_time{0});
  jobs.ended(token);
  CHECK(jobs.launcher().unfinished() == 0);
  CHECK(jobs.launcher().start(again) == start_result::accepted);
}

TEST_CASE("requests beyond the queue's limit are refused") {
  held_launcher held(2);
  CHECK(held.launcher.start(held_launcher::numbered(2)) == start_result::accepted);
  CHECK(held.launcher.start(held_launcher::numbered(3)) == start_result::accepted);
  CHECK(held.launcher.start(held_launcher::numbered(4)) == start_result::queue_full);
  held.may_go_on.set_value();
  CHECK(held.second.get_future().get().exit_code == 0);
}

TEST_CASE("a command that is stopped before it was started never is") {
  held_launcher held(2);
  CHECK(held.launcher.start(held_launcher::numbered(2)) == start_result::accepted);
  held.launcher.stop(2);
  held.may_go_on.set_value();
  const auto end = held.second.get_future().get();
  CHECK(end.stopped);
  CHECK(end.pid == 0);
  CHECK(end.error == "stopped before it was started");
}

TEST_CASE("the sink may start the next command") {
  std::promise<void> third;
  process_launcher* launcher = nullptr;
  std::promise<void> ready;
  auto is_ready = ready.get_future().share();
  process_launcher owner([&](const process_event& event) {
    const auto* end = std::get_if<command_end>(&event);
    if (end == nullptr)
      return;
    is_ready.wait();
    if (end->token == 3)
      third.set_value();
    else
      CHECK(launcher->start(held_launcher::numbered(end->token + 1)) == start_result::accepted);
  });
  launcher = &owner;
  ready.set_value();
  CHECK(owner.start(held_launcher::numbered(1)) == start_result::accepted);
  third.get_future().wait();
}

TEST_CASE("several threads may start commands at once") {
  launched jobs;
  std::vector<std::thread> threads;
  for (std::uint64_t t = 1; t <= 4; ++t) {
    threads.emplace_back([&jobs, t] {
      for (std::uint64_t i = 0; i < 10; ++i) {
        auto request = command("echo " + std::to_string(1000 * t + i));
        request.token = 1000 * t + i;
        if (jobs.launcher().start(std::move(request)) != start_result::accepted)
          return; // seen below
      }
    });
  }
  for (auto& thread : threads)
    thread.join();
  for (std::uint64_t t = 1; t <= 4; ++t) {
    for (std::uint64_t i = 0; i < 10; ++i)
      CHECK(jobs.ended(1000 * t + i).out == std::to_string(1000 * t + i) + "\n");
  }
}
