// What runs at a node: as actors/executor.cpp, with its slots, and what waits for them.
#include "messages/overloaded.hpp"
#include "simulator/node_life.hpp"

#include <csignal>
#include <utility>

namespace evenkeel::simulator {

namespace {

constexpr std::int64_t executor_tick_us = 100'000;

} // namespace

void node_life::on_run_over(const attempt_ref& what, std::int64_t took_us, core::run_end end) {
  tell_executor(
      [this, what, took_us, end = std::move(end)](auto& queue, auto now, auto& fx) mutable {
        --runs_;
        use_free_slots();
        if (core::is_home_call(what))
          queue.on_home_call_ended(what.job.sequence, took_us, std::move(end), now, fx);
        else
          queue.on_ended(what, std::move(end), now, fx);
      });
}

/// As runners take calls, one after the other.
void node_life::use_free_slots() {
  while (!waiting_jobs_.empty() && runs_ < settings_.slots) {
    ++runs_;
    world_->start_run(settings_.index, waiting_jobs_.front());
    waiting_jobs_.pop_front();
  }
  while (!waiting_calls_.empty() && runs_ < settings_.slots) {
    ++runs_;
    world_->start_home_call(settings_.index, waiting_calls_.front());
    waiting_calls_.pop_front();
  }
}

/// What waits for a slot that a home call holds.
void node_life::withdraw_job(const attempt_ref& what) {
  const bool withdrawn =
      std::erase_if(waiting_jobs_, [&what](const core::start_job& job) { return job.what == what; })
      != 0;
  tell_executor([what, withdrawn](auto& queue, auto now, auto& fx) {
    queue.on_withdrawal(what, withdrawn, now, fx);
  });
}

void node_life::stop_job(const attempt_ref& what) {
  const bool waited =
      std::erase_if(waiting_jobs_, [&what](const core::start_job& job) { return job.what == what; })
      != 0;
  if (!waited)
    return world_->stop_run(settings_.index, what);
  tell_executor([what](auto& queue, auto now, auto& fx) {
    core::run_end end;
    end.succeeded = false;
    end.signal = SIGTERM;
    queue.on_ended(what, std::move(end), now, fx);
  });
}

void node_life::withdraw_home_call(std::uint64_t number) {
  const bool withdrawn =
      std::erase_if(waiting_calls_,
                    [number](const core::home_call& call) { return call.number == number; })
      != 0;
  tell_executor([number, withdrawn](auto& queue, auto now, auto& fx) {
    queue.on_home_call_withdrawal(number, withdrawn, now, fx);
  });
}

void node_life::schedule_executor_flush() {
  if (!std::exchange(executor_flush_scheduled_, true))
    executor_box_.post([this] {
      executor_flush_scheduled_ = false;
      queue_->flush(owner_->now(), executor_step_.fx);
      run_executor();
    });
}

void node_life::run_executor() {
  std::vector<core::to_proxy> outgoing;
  for (auto& output : commit_and_take(executor_step_, owner_->now(), *store_, executor_box_,
                                      [this] { run_executor(); }))
    std::visit(
        overloaded{
            [&](core::to_proxy& x) { outgoing.push_back(std::move(x)); },
            [&](core::start_job& x) {
              waiting_jobs_.push_back(std::move(x));
              use_free_slots();
            },
            [&](core::stop_job& x) { stop_job(x.what); },
            [&](core::withdraw_job& x) { withdraw_job(x.what); },
            [&](core::start_home_call& x) {
              waiting_calls_.push_back(std::move(x.call));
              use_free_slots();
            },
            [&](core::withdraw_home_call& x) { withdraw_home_call(x.number); },
            [&](core::home_call_news& x) {
              node_box_.post([this, x = std::move(x)]() mutable {
                tell_ledger([&](auto& ledger, auto now, auto& fx) {
                  ledger.on_home_calls(std::move(x), now, fx);
                });
              });
            },
            [&](core::load_record& x) {
              store_->load(x.where, [this, where = x.where](virtual_store::record_pointer content) {
                tell_executor(
                    [where, content = std::move(content)](auto& queue, auto now, auto& fx) {
                      queue.on_loaded(where, content.get(), now, fx);
                    });
              });
            },
            [&](core::note& x) { log(x); },
        },
        output);
  if (!outgoing.empty())
    node_box_.post([this, outgoing = std::move(outgoing)]() mutable {
      for (auto& message : outgoing)
        link_->on_outgoing(std::move(message), link_step_.fx);
      run_link();
    });
  if (executor_stopping_ && queue_->idle() && !executor_step_.pending()
      && !executor_flush_scheduled_)
    node_box_.post([this] {
      executor_stopped_ = true;
      leave_when_done();
    });
}

void node_life::executor_tick() {
  node_box_.post([this, running = queue_->running(), queued = queue_->queued(),
                  done = queue_->done(), long_calls = queue_->long_home_calls(owner_->now()),
                  calls_done = queue_->home_calls_done()] {
    running_ = running;
    queued_ = queued;
    done_ = done;
    long_home_calls_ = long_calls;
    home_calls_done_ = calls_done;
  });
  queue_->on_tick(owner_->now(), executor_step_.fx);
  if (!executor_step_.fx.empty())
    schedule_executor_flush();
  owner_->after(executor_tick_us, [this] { executor_box_.post([this] { executor_tick(); }); });
}

} // namespace evenkeel::simulator
