// A node that joins a proxy, takes down what that says, and says what the test wants, in order.
#pragma once

#include "actors/local_interfaces.hpp"
#include "test/actors/said.hpp"
#include "test/actors/test_system.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::test {

class fake_node {
public:
  /// `seed` tells it from others, `start` from its own earlier lives.
  fake_node(test_system& world, std::uint64_t seed, std::vector<std::string> functions = {"noop"},
            std::uint64_t start = 1)
      : address{world.spawn(behavior, heard_)} {
    me_.slots = 1;
    me_.ledger = {seed, seed};
    me_.process = {start, seed};
    me_.link = start << 32U;
    me_.name = "node " + std::to_string(seed);
    me_.functions = std::move(functions);
  }

  [[nodiscard]] const ledger_id& ledger() const { return me_.ledger; }
  [[nodiscard]] const incarnation& process() const { return me_.process; }
  [[nodiscard]] const std::vector<welcome>& welcomes() const { return heard_->welcomes; }
  [[nodiscard]] const std::vector<refusal>& refusals() const { return heard_->refusals; }
  [[nodiscard]] const std::vector<heartbeat>& heartbeats() const { return heard_->heartbeats; }
  [[nodiscard]] const said<proxy_message>& messages() const { return heard_->messages; }
  template <class Kind>
  [[nodiscard]] std::vector<Kind> all() const {
    return only<Kind>(heard_->messages);
  }
  [[nodiscard]] std::vector<assignment> assigned() const {
    std::vector<assignment> jobs;
    for (const auto& batch : all<assign_batch>())
      jobs.insert(jobs.end(), batch.jobs.begin(), batch.jobs.end());
    return jobs;
  }

  void ask_to_join(const proxy_actor& proxy) {
    ++me_.link;
    proxy_ = proxy;
    sent_ = 0;
    caf::send_as(address, proxy_, me_, address);
  }
  template <class Content>
  void say(Content content) {
    REQUIRE_FALSE(heard_->welcomes.empty());
    const auto& standing = heard_->welcomes.back();
    const link_header header{standing.proxy, me_.process, me_.link, ++sent_};
    caf::send_as(address, proxy_, header, std::move(content));
  }
  /// Nothing is held here and nothing unfinished.
  void say_inventory() { say(inventory{true, true, {}, {}}); }
  void submit(std::uint64_t sequence, job_spec spec) {
    submitted_job job;
    job.sequence = sequence;
    job.fresh = true;
    job.spec = std::move(spec);
    say(submit_batch{0, {job}});
  }
  void report_load() {
    load_report report;
    report.proxy = heard_->welcomes.back().proxy;
    report.node = me_.process;
    report.link = me_.link;
    report.stamp_us = static_cast<std::uint64_t>(read_clock().steady_us);
    report.slots = me_.slots;
    caf::send_as(address, proxy_, report);
  }

private:
  struct record {
    std::vector<welcome> welcomes;
    std::vector<refusal> refusals;
    std::vector<heartbeat> heartbeats;
    said<proxy_message> messages;
  };

  static node_actor::behavior_type behavior(node_actor::pointer, std::shared_ptr<record> heard) {
    return {
        [heard](const welcome& x) { heard->welcomes.push_back(x); },
        [heard](const refusal& x) { heard->refusals.push_back(x); },
        [heard](const heartbeat& x) { heard->heartbeats.push_back(x); },
        take_down<spec_request>(heard),
        take_down<submit_ack>(heard),
        take_down<assign_batch>(heard),
        take_down<recall_batch>(heard),
        take_down<stop_batch>(heard),
        take_down<lost_attempt_batch>(heard),
        take_down<grant_request>(heard),
        take_down<result_batch>(heard),
        take_down<result_request>(heard),
        take_down<result_exchange>(heard),
        take_down<result_taken>(heard),
        take_down<result_ack>(heard),
        take_down<located>(heard),
        take_down<query>(heard),
        take_down<answer>(heard),
        take_down<abandon>(heard),
        take_down<text_part>(heard),
    };
  }

  join me_;
  proxy_actor proxy_;
  std::uint64_t sent_ = 0;
  std::shared_ptr<record> heard_ = std::make_shared<record>();

public:
  node_actor address;
};

} // namespace evenkeel::test
