// A ticket ledger under test with a proxy made of tests: every step is flushed, its changes go to a
// map that stands for the disk, and all invariants are checked.
#pragma once

#include "actors/core/ticket_ledger.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::core {

inline const ledger_id own_ledger{7, 9};
inline const std::string own_code = "k7m2q";
inline constexpr std::uint64_t first_link = 11;

class ledger_scene {
public:
  explicit ledger_scene(ledger_limits limits = {}, const own_executor& here = {})
      : ledger{limits, here} {
    ledger.on_identity(own_ledger, own_code);
  }

  /// Runs one step. Its effects are in `fx` until the next one.
  template <class Input>
  void step(Input input) {
    fx = {};
    input();
    ledger.flush(now, fx);
    for (const auto& change : fx.changes) {
      if (change.content)
        disk.insert_or_assign(change.where, *change.content);
      else
        disk.erase(change.where);
    }
    REQUIRE(ledger.check_invariants() == "");
  }

  void link_up(const cluster_settings& settings = {}, std::uint64_t link = first_link) {
    step([&] { ledger.on_link_up(link, settings, now, fx); });
  }
  void link_down() {
    step([&] { ledger.on_link_down(now, fx); });
  }
  void hear(const proxy_message& message) {
    step([&] { ledger.on_message(message, now, fx); });
  }
  void tick(std::int64_t ms = 0) {
    now.steady_us += ms * us_per_ms;
    now.wall_ms += ms;
    step([&] { ledger.on_tick(now, fx); });
  }
  requester ask(const client_request& request, std::uint64_t session = 1) {
    const requester from{false, session, ++last_request};
    step([&] { ledger.on_request(from, request, now, fx); });
    return from;
  }
  /// Hands every load_record of the last step its record.
  void load() {
    const auto outputs = fx.outputs;
    step([&] {
      for (const auto& output : outputs) {
        const auto* wanted = std::get_if<load_record>(&output);
        if (wanted == nullptr)
          continue;
        const auto found = disk.find(wanted->where);
        ledger.on_loaded(wanted->where, found == disk.end() ? nullptr : &found->second, now, fx);
      }
    });
  }

  std::uint64_t submit(job_spec spec = {}) {
    client_request request;
    request.kind = request_kind::submit;
    request.spec = std::move(spec);
    ask(request);
    return answer().subject.sequence;
  }
  void finish(std::uint64_t sequence, job_result result = {}) {
    hear(result_batch{0, {{{own_ledger, sequence}, std::move(result)}}});
  }
  requester ask_about(request_kind kind, std::uint64_t sequence) {
    return ask(about(kind, sequence));
  }

  static client_request about(request_kind kind, std::uint64_t sequence) {
    client_request request;
    request.kind = kind;
    request.subject = {own_code, sequence};
    return request;
  }

  [[nodiscard]] std::vector<reply> replies() const {
    std::vector<reply> result;
    for (const auto& output : fx.outputs)
      if (const auto* found = std::get_if<reply>(&output))
        result.push_back(*found);
    return result;
  }
  /// The only reply of the last step.
  [[nodiscard]] client_answer answer() const {
    const auto all = replies();
    REQUIRE(all.size() == 1);
    return all.front().content;
  }
  template <class Message>
  [[nodiscard]] std::vector<Message> sent() const {
    std::vector<Message> result;
    for (const auto& output : fx.outputs)
      if (const auto* message = std::get_if<to_proxy>(&output))
        if (const auto* found = std::get_if<Message>(&message->content))
          result.push_back(*found);
    return result;
  }
  [[nodiscard]] std::size_t loads() const {
    std::size_t count = 0;
    for (const auto& output : fx.outputs)
      count += std::holds_alternative<load_record>(output) ? 1U : 0U;
    return count;
  }
  [[nodiscard]] std::vector<std::uint64_t> submitted() const {
    std::vector<std::uint64_t> result;
    for (const auto& batch : sent<submit_batch>())
      for (const auto& job : batch.jobs)
        result.push_back(job.sequence);
    return result;
  }
  /// What the executor here is to run.
  [[nodiscard]] std::vector<home_call> home_calls() const {
    std::vector<home_call> result;
    for (const auto& output : fx.at_once)
      if (const auto* wanted = std::get_if<run_home_calls>(&output))
        result.insert(result.end(), wanted->calls.begin(), wanted->calls.end());
    return result;
  }
  [[nodiscard]] std::vector<std::uint64_t> cancelled() const {
    std::vector<std::uint64_t> result;
    for (const auto& batch : sent<cancel_batch>())
      result.insert(result.end(), batch.sequences.begin(), batch.sequences.end());
    return result;
  }

  /// The process dies and comes back with what is on disk.
  void restart(ledger_limits limits = {}) {
    ledger = ticket_ledger{limits};
    for (const auto& [where, content] : disk)
      ledger.recover(content);
    ledger.on_identity(own_ledger, own_code);
    fx = {};
    REQUIRE(ledger.check_invariants() == "");
  }

  ticket_ledger ledger;
  instant now{5'000'000, 1'700'000'000'000};
  ledger_effects fx;
  std::map<record::key, record::value> disk;
  std::uint64_t last_request = 0;
};

inline job_spec command(std::string text) {
  job_spec spec;
  spec.text = std::move(text);
  return spec;
}

inline job_result result_of(std::string out, std::int64_t ended_ms = 1'700'000'000'000) {
  job_result result;
  result.attempt = 1;
  result.assigned = {1, 1};
  result.started_ms = ended_ms - 12;
  result.ended_ms = ended_ms;
  result.node = "b";
  result.out = std::move(out);
  return result;
}

} // namespace evenkeel::core
