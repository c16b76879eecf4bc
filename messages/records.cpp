#include "messages/records.hpp"

namespace evenkeel::record {

namespace {

struct key_maker {
  key operator()(const identity&) const { return {kind::identity, {}, {}}; }
  key operator()(const issued&) const { return {kind::issued, {}, {}}; }
  key operator()(const open_job& x) const { return ledger_job_key(x.sequence); }
  key operator()(const finished_job& x) const { return ledger_job_key(x.sequence); }
  key operator()(const held_attempt& x) const {
    return {kind::held_attempt, x.what.job, x.what.assigned};
  }
  key operator()(const proxy_identity&) const { return {kind::proxy_identity, {}, {}}; }
  key operator()(const member& x) const { return {kind::member, {x.ledger, 0}, {}}; }
  key operator()(const spawned_node& x) const {
    return {kind::spawned_node, {ledger_id{}, x.number}, {}};
  }
  key operator()(const cluster_job& x) const { return {kind::cluster_job, x.job, {}}; }
  key operator()(const placement& x) const { return {kind::placement, x.job, {}}; }
  key operator()(const waiting_result& x) const {
    return {kind::waiting_result, x.job, x.result.assigned};
  }
};

} // namespace

key key_of(const value& v) {
  return std::visit(key_maker{}, v);
}

} // namespace evenkeel::record
