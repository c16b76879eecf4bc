// Records as text, one line each, for the golden data directories: every field that their version
// of the formats has, in its order. Fields of later versions are printed for these only: what old
// directories hold does not change.
#pragma once

#include "messages/records.hpp"

#include <cstdint>
#include <sstream>
#include <string>
#include <type_traits>
#include <variant>

namespace evenkeel::test {

class record_text {
public:
  /// `version`: of the set of golden directories.
  record_text(const record::value& content, int version) : version_(version) {
    std::visit([this](const auto& x) { add(x); }, content);
  }
  [[nodiscard]] std::string text() const { return out_.str(); }

private:
  template <class... Fields>
  void line(const char* kind, const Fields&... fields) {
    out_ << kind;
    (field(fields), ...);
  }

  void field(const std::string& x) {
    out_ << " \"";
    for (const auto c : x)
      if (c >= ' ' && c <= '~' && c != '"' && c != '\\')
        out_ << c;
      else
        out_ << '\\' << std::to_string(static_cast<unsigned char>(c)) << ';';
    out_ << '"';
  }
  void field(const ledger_id& x) { out_ << ' ' << to_text(x); }
  void field(const job_id& x) { out_ << ' ' << to_text(x.ledger) << '/' << x.sequence; }
  void field(const incarnation& x) { out_ << ' ' << x.counter << '~' << x.nonce; }
  void field(const fence& x) { out_ << ' ' << x.epoch << '.' << x.number; }
  void field(const job_spec& x) {
    out_ << " spec(";
    line("", x.kind, x.once, x.has_stdin, x.sleep_ms, x.text, x.body);
    out_ << ')';
  }
  void field(const job_result& x) {
    out_ << " result(";
    line("", x.how, x.out_truncated, x.err_truncated, x.exit_code, x.signal, x.attempt, x.assigned,
         x.started_ms, x.ended_ms, x.node, x.reason, x.out, x.err);
    out_ << ')';
  }
  template <class Number>
  requires(std::is_arithmetic_v<Number> || std::is_enum_v<Number>) void field(Number x) {
    out_ << ' ' << static_cast<std::int64_t>(x);
  }

  void add(const record::identity& x) {
    line("identity", x.ledger, x.code, x.incarnation_counter, x.highest_epoch);
  }
  void add(const record::issued& x) { line("issued", x.next_sequence); }
  void add(const record::open_job& x) {
    line("open_job", x.sequence, x.submitted_ms, x.attempts, x.deaths, x.last_lost, x.granted,
         x.granted_executor, x.granted_process, x.spec);
    add_label(x);
  }
  void add(const record::finished_job& x) {
    line("finished_job", x.sequence, x.submitted_ms, x.kind, x.once, x.sleep_ms, x.text, x.result);
    add_label(x);
  }
  template <class Job>
  void add_label(const Job& x) {
    if (version_ >= 2)
      field(x.key);
    if (version_ >= 3)
      field(x.owner);
  }
  void add(const record::held_attempt& x) {
    line("held_attempt", x.what.job, x.what.assigned, x.attempt, x.started, x.finished, x.asked,
         x.alone, x.order, x.grant_process, x.home_code, x.spec, x.result);
  }
  void add(const record::proxy_identity& x) { line("proxy_identity", x.epoch_counter, x.settled); }
  void add(const record::member& x) {
    line("member", x.ledger, x.code, x.name, x.process, x.slots, x.address);
  }
  void add(const record::cluster_job& x) {
    line("cluster_job", x.job, x.submitted_ms, x.attempts, x.deaths, x.granted, x.granted_executor,
         x.granted_process, x.spec);
  }
  void add(const record::placement& x) {
    line("placement", x.job, x.assigned, x.attempt, x.executor);
  }
  void add(const record::spawned_node& x) {
    line("spawned_node", x.number, x.name, x.host, x.host_port, x.slots, x.client_address,
         x.client_port, x.withdrawn);
  }
  void add(const record::waiting_result& x) { line("waiting_result", x.job, x.executor, x.result); }

  int version_;
  std::ostringstream out_;
};

} // namespace evenkeel::test
