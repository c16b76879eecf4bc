// Short function calls are started ahead of a free slot, and taken back when others have one.
#include "executor_fixture.hpp"

namespace evenkeel::core::test {

namespace {

constexpr std::uint64_t first_of_many = 1000;

/// One slot, in which a call has ended each millisecond for a while.
class busy_executor : public executor_fixture {
public:
  explicit busy_executor(std::uint32_t most_ahead = 64) : executor_fixture{with(most_ahead)} {
    connect();
    for (std::uint64_t i = 1; i <= 50; ++i) {
      assign({call(i)});
      now.steady_us += us_per_ms;
      end(attempt(i));
    }
    flush();
    clear();
  }
  static assignment call(std::uint64_t sequence) {
    return function_call(attempt(sequence), "upper");
  }
  void assign_calls(std::uint64_t count) {
    std::vector<assignment> jobs;
    for (auto i = first_of_many; i < first_of_many + count; ++i)
      jobs.push_back(call(i));
    assign(std::move(jobs));
  }

private:
  static executor_settings with(std::uint32_t most_ahead) {
    auto settings = settings_with(1);
    settings.most_ahead = most_ahead;
    return settings;
  }
};

} // namespace

TEST_CASE("short calls are started ahead, as many as end in ten milliseconds") {
  busy_executor x;
  x.assign_calls(100);
  CHECK(x.started.size() == 11);
  CHECK(x.queue.running() == 1);
  CHECK(x.queue.queued() == 99);
}

TEST_CASE("home calls take turns with calls that were started ahead, as long as these end fast") {
  busy_executor x;
  x.assign_calls(5);
  REQUIRE(x.started.size() == 5);
  x.call_at_home({1});
  CHECK(x.news.declined.empty());
  x.now.steady_us += 100 * us_per_ms; // nothing ends any more
  x.call_at_home({2});
  CHECK(x.news.declined == std::vector<std::uint64_t>{2});
}

TEST_CASE("never more than the most is started ahead") {
  busy_executor x{4};
  x.assign_calls(100);
  CHECK(x.started.size() == 5);
}

TEST_CASE("calls that have become long are not started ahead") {
  busy_executor x;
  x.now.steady_us += 100 * us_per_ms;
  x.assign_calls(3);
  CHECK(x.started.size() == 1);
}

TEST_CASE("a once job is never started ahead") {
  busy_executor x;
  auto once = once_command(attempt(501));
  once.spec.kind = job_kind::function;
  once.spec.text = "upper";
  x.assign({busy_executor::call(500), once});
  CHECK(x.starts() == refs({500}));
}

TEST_CASE("a job of another kind waits for a free slot, and those behind it for their turn") {
  busy_executor x;
  x.assign({busy_executor::call(500), command(attempt(501)), busy_executor::call(502)});
  CHECK(x.starts() == refs({500}));
  x.end(attempt(500));
  CHECK(x.starts() == refs({501}));
  x.end(attempt(501));
  CHECK(x.starts() == refs({502}));
}

TEST_CASE("short commands are started ahead by their own rate") {
  busy_executor x;
  x.assign({command(attempt(500)), command(attempt(501))});
  CHECK(x.starts() == refs({500})); // calls were short, and commands are not known
  for (std::uint64_t i = 500; i < 550; ++i) {
    x.now.steady_us += us_per_ms;
    x.assign({command(attempt(i + 2))});
    x.end(attempt(i));
  }
  x.clear();
  std::vector<assignment> many;
  for (std::uint64_t i = 600; i < 620; ++i)
    many.push_back(command(attempt(i)));
  x.assign(std::move(many));
  CHECK(x.started.size() > 5);
}

TEST_CASE("a call that was started ahead is asked back, and goes where there is a free slot") {
  busy_executor x;
  x.assign_calls(3);
  const auto last = attempt(first_of_many + 2);
  x.tell(recall_batch{{last}});
  CHECK(x.withdrawals == std::vector<withdraw_job>{{last}});
  CHECK(x.releases().empty());
  x.answer_withdrawal(last, true);
  CHECK(x.releases() == released(last, release_reason::recalled));
  CHECK(x.on_disk(last) == nullptr);
}

TEST_CASE("a call that has begun meanwhile is kept") {
  busy_executor x;
  x.assign_calls(3);
  const auto last = attempt(first_of_many + 2);
  x.tell(recall_batch{{last}});
  x.answer_withdrawal(last, false);
  CHECK(x.releases() == released(last, release_reason::kept));
  x.end(last);
  CHECK(x.results().size() == 1);
}

TEST_CASE("a call that is stopped while it is asked back is reported stopped") {
  busy_executor x;
  x.assign_calls(3);
  const auto last = attempt(first_of_many + 2);
  x.tell(recall_batch{{last}});
  x.tell(stop_batch{{last}});
  x.answer_withdrawal(last, true);
  CHECK(x.releases() == released(last, release_reason::stopped));
}

} // namespace evenkeel::core::test
