#include "actors/jobs/launcher_pool.hpp"

#include "test/jobs/launched.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <variant>

using namespace evenkeel::jobs;
using namespace evenkeel::jobs::test;

namespace {

/// The ends of a pool's commands, whose number is known.
class ends {
public:
  explicit ends(std::size_t expected) : expected_(expected) {}

  void take(const process_event& event) {
    const auto* end = std::get_if<command_end>(&event);
    if (end == nullptr)
      return;
    const std::scoped_lock lock{guard_};
    all_[end->token] = *end;
    if (all_.size() == expected_)
      complete_.set_value();
  }
  std::map<std::uint64_t, command_end> wait() {
    complete_.get_future().wait();
    const std::scoped_lock lock{guard_};
    return all_;
  }

private:
  std::size_t expected_;
  std::mutex guard_;
  std::promise<void> complete_;
  std::map<std::uint64_t, command_end> all_;
};

} // namespace

TEST_CASE("all launchers of a pool run commands, scripts among them") {
  ends heard{40};
  launcher_pool pool{[&](const process_event& event) { heard.take(event); }, {}, 3};
  for (std::uint64_t token = 1; token <= 40; ++token) {
    auto request = token % 2 == 0 ? script("echo " + std::to_string(token))
                                  : command("echo " + std::to_string(token));
    request.token = token;
    REQUIRE(pool.start(std::move(request)) == start_result::accepted);
  }
  for (const auto& [token, end] : heard.wait()) {
    CHECK(end.error == "");
    CHECK(end.exit_code == 0);
    CHECK(end.out == std::to_string(token) + "\n");
  }
}

TEST_CASE("a stop reaches the command, whichever launcher has it") {
  ends heard{3};
  const trap forever;
  launcher_pool pool{[&](const process_event& event) { heard.take(event); }, {}, 2};
  for (std::uint64_t token = 1; token <= 3; ++token) {
    auto request = command("read line <" + forever.path());
    request.token = token;
    REQUIRE(pool.start(std::move(request)) == start_result::accepted);
  }
  for (std::uint64_t token = 1; token <= 3; ++token)
    pool.stop(token);
  for (const auto& [token, end] : heard.wait())
    CHECK(end.stopped);
}

TEST_CASE("a command that waits for a place is started where one ends, and its end says which") {
  ends heard{3};
  launcher_pool pool{[&](const process_event& event) { heard.take(event); }, {}, 2};
  const auto numbered = [](std::uint64_t token, const std::string& text) {
    auto request = command(text);
    request.token = token;
    return request;
  };
  pool.start_in_place(numbered(2, "echo two"));
  pool.start_in_place(numbered(3, "echo three"));
  pool.start_in_place(numbered(4, "echo four"));
  CHECK(pool.withdraw(3));
  CHECK_FALSE(pool.withdraw(3));
  REQUIRE(pool.start(numbered(1, "echo one")) == start_result::accepted);
  const auto all = heard.wait();
  CHECK(all.at(1).successor == 2);
  CHECK(all.at(2).successor == 4);
  CHECK(all.at(4).successor == 0);
  CHECK(all.at(4).out == "four\n");
  CHECK_FALSE(pool.take_waiting());
}

TEST_CASE("a command that was started in another's place can be stopped, and a waiting one taken") {
  ends heard{2};
  const trap forever;
  ear told;
  launcher_pool pool{[&](const process_event& event) { heard.take(event); }, {}, 2};
  for (std::uint64_t token = 2; token <= 3; ++token) {
    auto request = command("echo up >" + told.path() + "; read line <" + forever.path());
    request.token = token;
    pool.start_in_place(std::move(request));
  }
  auto first = command("true");
  first.token = 1;
  REQUIRE(pool.start(std::move(first)) == start_result::accepted);
  CHECK(told.line() == "up");
  CHECK_FALSE(pool.withdraw(2));
  const auto waiting = pool.take_waiting();
  REQUIRE(waiting);
  CHECK(waiting->token == 3);
  pool.stop(2);
  CHECK(heard.wait().at(2).stopped);
}
