// A proxy that takes down what a node says, and echoes its load reports. Welcomes and messages are
// the test's to send.
#pragma once

#include "messages/interfaces.hpp"
#include "test/actors/said.hpp"
#include "test/actors/test_system.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace evenkeel::test {

class fake_proxy {
public:
  explicit fake_proxy(test_system& world) : address{world.spawn(behavior, heard_)} {}

  [[nodiscard]] const std::vector<join>& joins() const { return heard_->joins; }
  [[nodiscard]] const std::vector<load_report>& reports() const { return heard_->reports; }
  [[nodiscard]] const said<node_message>& messages() const { return heard_->messages; }
  template <class Kind>
  [[nodiscard]] std::vector<Kind> all() const {
    return only<Kind>(heard_->messages);
  }

  void welcome_node() {
    REQUIRE_FALSE(heard_->joins.empty());
    const auto& request = heard_->joins.back();
    header_ = {current, request.process, request.link, 0};
    caf::anon_send(heard_->node, welcome{current, request.process, request.link, code, settings});
  }
  template <class Content>
  void say(Content content) {
    ++header_.sequence;
    caf::anon_send(heard_->node, header_, std::move(content));
  }
  [[nodiscard]] const link_header& header() const { return header_; }

  cluster_settings settings; ///< of the next welcome

  static constexpr epoch current{3, 33};
  static constexpr const char* code = "k7m2q";

private:
  struct record {
    node_actor node;
    std::vector<join> joins;
    std::vector<load_report> reports;
    said<node_message> messages;
  };

  static proxy_actor::behavior_type behavior(proxy_actor::pointer self,
                                             std::shared_ptr<record> heard) {
    return {
        [heard](const join& request, const node_actor& node) {
          heard->joins.push_back(request);
          heard->node = node;
        },
        [self, heard](const load_report& report) {
          heard->reports.push_back(report);
          self->send(heard->node,
                     heartbeat{report.proxy, report.node, report.link, report.stamp_us});
        },
        take_down<inventory>(heard),
        take_down<submit_batch>(heard),
        take_down<release_batch>(heard),
        take_down<cancel_batch>(heard),
        take_down<verdict_batch>(heard),
        take_down<grant_batch>(heard),
        take_down<result_batch>(heard),
        take_down<result_ack>(heard),
        take_down<audit>(heard),
        take_down<locate>(heard),
        take_down<query>(heard),
        take_down<answer>(heard),
        take_down<abandon>(heard),
        take_down<text_part>(heard),
        take_down<drain>(heard),
        take_down<leave>(heard),
        [](const hosting_request&) { return hosting_answer{}; },
        [](alive_atom) { return alive_atom::value; },
    };
  }

  std::shared_ptr<record> heard_ = std::make_shared<record>();
  link_header header_;

public:
  proxy_actor address;
};

} // namespace evenkeel::test
