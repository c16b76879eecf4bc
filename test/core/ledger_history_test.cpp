// Random histories of a ledger against a small model of its world: clients that ask anything, a
// disk that commits late, a proxy that forgets all at times, links that drop and a process that
// dies with everything that was not committed. Each seed is one history; a failure prints the seed,
// and EVENKEEL_SEED=n runs it alone.
#include "actors/core/commit_gate.hpp"
#include "actors/core/ticket_ledger.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <random>
#include <set>

namespace evenkeel::core {

namespace {

const ledger_id home_id{3, 5};
const std::string home_code = "h0m3z";
constexpr std::uint64_t window_jobs = 5;
constexpr std::uint64_t window_bytes = 2'000;

class ledger_history {
public:
  explicit ledger_history(std::uint64_t seed) : random_{seed} {
    limits_.cached_result_bytes = below(3) * 600;
    limits_.max_waits = 4 + below(20);
    limits_.max_deaths = 2;
    start();
  }

  void run(int steps) {
    for (int i = 0; i < steps && problem.empty(); ++i)
      act();
  }

  /// Heals the world: every job gets an end, every request its answer.
  void settle() {
    for (int round = 0; round < 400 && problem.empty(); ++round) {
      if (link_ == 0)
        connect();
      want_again();
      acknowledge_submissions();
      for (const auto sequence : std::set<std::uint64_t>{held_})
        finish(sequence);
      pass_time(700);
      commit_all();
      deliver_loads();
      commit_all();
    }
    expect(ledger_.open_jobs() == 0, "a job has no end");
    expect(asked_.empty(), "a request has no answer");
    for (const auto& [sequence, text] : promised_)
      expect(forgotten_.count(sequence) != 0 || is_finished(sequence), "a ticket was lost");
  }

  std::string problem;

private:
  struct step {
    std::uint64_t number = 0;
    std::vector<record::change> changes;
  };

  // -- random events
  // ----------------------------------------------------------------------------------

  void act() {
    switch (below(20)) {
    case 0:
    case 1:
    case 2:
      return submit();
    case 3:
    case 4:
      return ask(pick({request_kind::status, request_kind::result, request_kind::wait}));
    case 5:
      return ask(pick({request_kind::cancel, request_kind::forget, request_kind::status}));
    case 6:
      return ask(pick({request_kind::list, request_kind::all_results, request_kind::wait_all}));
    case 7:
    case 8:
      return finish(any_sequence());
    case 9:
      return hear(lost_attempt_batch{{{any_sequence(), any_fence(), 1 + below32(4), coin(), "x"}}});
    case 10:
      return hear(grant_request{{{any_sequence(), {any_fence(), {1, below(3)}, {1, 1}}}}});
    case 11:
      return want_again();
    case 12:
      return acknowledge_submissions();
    case 13:
      return deliver_loads();
    case 14:
      return pass_time(static_cast<std::int64_t>(below(3'000)));
    case 15:
      return below(4) == 0 ? disconnect() : flush();
    case 16:
      return link_ != 0 ? answer_questions() : connect();
    case 17:
      return below(10) == 0 ? crash() : close_session();
    default:
      return commit_one();
    }
  }

  void submit() {
    client_request request;
    request.kind = request_kind::submit;
    request.spec.text = std::string(below(600), 'c');
    request.spec.kind = coin() ? job_kind::sleep : job_kind::command;
    request.spec.once = below(3) == 0;
    ask(request);
  }

  void ask(request_kind kind) {
    client_request request;
    request.kind = kind;
    request.subject = {home_code, any_sequence()};
    request.streams = stream_choice::out;
    request.timeout_ms = coin() ? static_cast<std::int64_t>(below(4'000)) : wait_for_ever;
    request.limit = below32(10);
    for (auto count = below(6); count > 0; --count)
      request.own_sequences.push_back(any_sequence());
    if (kind == request_kind::forget)
      forgotten_.insert(request.subject.sequence);
    ask(request);
  }

  void ask(const client_request& request) {
    const requester from{false, 1 + below(4), ++last_request_};
    asked_.emplace(from, request);
    input([&] { ledger_.on_request(from, request, now_, fx_); });
  }

  void finish(std::uint64_t sequence) {
    held_.erase(sequence);
    job_result result;
    result.how = coin() ? outcome::done : outcome::failed;
    result.attempt = 1;
    result.assigned = any_fence();
    result.out = "result " + std::to_string(++last_result_);
    hear(result_batch{0, {{{home_id, sequence}, result}}});
  }

  void want_again() {
    const auto first = any_sequence();
    hear(spec_request{{{first, first + below(4)}}});
    for (const auto sequence : std::exchange(wishes_, {}))
      hear(spec_request{{{sequence, sequence}}});
  }

  void acknowledge_submissions() {
    acknowledged_ = received_;
    hear(acknowledged_);
  }

  void answer_questions() {
    for (const auto question : std::exchange(questions_, {}))
      hear(located{question, {{any_sequence(), job_state::running, 1, 7, "n", ""}}});
  }

  void close_session() {
    const auto session = 1 + below(4);
    ledger_.on_session_closed(session);
    const auto from = asked_.lower_bound({false, session, 0});
    asked_.erase(from, asked_.lower_bound({false, session + 1, 0}));
    closed_at_[session] = last_request_;
  }

  void pass_time(std::int64_t ms) {
    now_.steady_us += ms * us_per_ms;
    now_.wall_ms += ms;
    input([&] { ledger_.on_tick(now_, fx_); });
  }

  // -- the world
  // --------------------------------------------------------------------------------------

  void start() {
    ledger_ = ticket_ledger{limits_};
    for (const auto& [where, content] : disk_)
      ledger_.recover(content);
    ledger_.on_identity(home_id, home_code);
  }

  void crash() {
    steps_.clear();
    gate_ = {};
    loads_.clear();
    questions_.clear();
    asked_.clear();
    link_ = 0;
    start();
  }

  void connect() {
    link_ = ++last_link_;
    received_ = acknowledged_ = {};
    named_.clear();
    questions_.clear();
    wishes_.clear();
    if (coin())
      held_.clear(); // this proxy has lost its disk
    cluster_settings settings;
    settings.submit_window_jobs = window_jobs;
    settings.submit_window_bytes = window_bytes;
    input([&] { ledger_.on_link_up(link_, settings, now_, fx_); });
  }

  void disconnect() {
    link_ = 0;
    input([&] { ledger_.on_link_down(now_, fx_); });
  }

  void hear(const proxy_message& message) {
    if (link_ != 0)
      input([&] { ledger_.on_message(message, now_, fx_); });
  }

  void flush() {
    input([] {});
  }

  template <class Input>
  void input(Input run) {
    fx_ = {};
    run();
    if (below(3) != 0)
      ledger_.flush(now_, fx_);
    for (const auto& change : fx_.changes)
      expect(!change.content || std::holds_alternative<record::issued>(*change.content)
                 || fx_.needed == durability::synced,
             "a job changed in a step that is not synced");
    const auto number = gate_.accept(fx_);
    if (number != 0)
      steps_.push_back({number, std::move(fx_.changes)});
    const auto wrong = ledger_.check_invariants();
    expect(wrong.empty(), wrong);
    release();
  }

  void commit_one() {
    if (steps_.empty())
      return;
    for (auto& change : steps_.front().changes) {
      if (change.content)
        disk_.insert_or_assign(change.where, std::move(*change.content));
      else
        disk_.erase(change.where);
    }
    gate_.committed(steps_.front().number);
    steps_.pop_front();
    release();
  }

  void commit_all() {
    flush();
    while (!steps_.empty())
      commit_one();
  }

  void deliver_loads() {
    for (const auto& where : std::exchange(loads_, {})) {
      const auto found = disk_.find(where);
      const auto content = found == disk_.end() ? std::optional<record::value>{} : found->second;
      input([&] { ledger_.on_loaded(where, content ? &*content : nullptr, now_, fx_); });
    }
  }

  void release() {
    for (const auto& output : gate_.take()) {
      if (const auto* wanted = std::get_if<load_record>(&output))
        loads_.push_back(wanted->where);
      else if (const auto* told = std::get_if<reply>(&output))
        check_reply(*told);
      else if (const auto* message = std::get_if<to_proxy>(&output))
        check_message(*message);
    }
  }

  // -- what clients may see
  // ---------------------------------------------------------------------------

  void check_reply(const reply& told) {
    const auto found = asked_.find(told.to);
    if (found == asked_.end())
      return expect(told.to.number <= closed_at_[told.to.session], "a reply without a request");
    const auto request = found->second;
    asked_.erase(found);
    const auto& content = told.content;
    expect(content.kind == request.kind, "a reply of another kind");
    expect(content.code != errc::internal, "a defect: " + content.text);
    const auto sequence = content.subject.sequence;
    if (request.kind == request_kind::submit && content.code == errc::ok) {
      expect(promised_.emplace(sequence, request.spec.text).second, "a ticket was issued twice");
      expect(disk_.count(record::ledger_job_key(sequence)) != 0 || forgotten_.count(sequence) != 0,
             "a ticket was acknowledged before its job was on disk");
    }
    if (content.code == errc::not_found && sequence != 0)
      expect(promised_.count(sequence) == 0 || forgotten_.count(sequence) != 0,
             "an acknowledged ticket is not found");
    for (const auto& view : content.jobs)
      if (finished(view.state) && view.reason != "forgotten")
        check_end(view, content);
  }

  /// What was once told of an end never changes.
  void check_end(const job_view& view, const client_answer& content) {
    const auto sequence = view.name.sequence;
    const auto told = ends_.emplace(sequence, view).first->second;
    expect(told == view, "the end of a job has changed");
    if (content.kind != request_kind::result && content.kind != request_kind::wait)
      return;
    const auto output = outputs_.emplace(sequence, content.outputs.at(0)).first->second;
    expect(output == content.outputs.at(0), "the output of a job has changed");
  }

  // -- what the proxy may see
  // -------------------------------------------------------------------------

  void check_message(const to_proxy& message) {
    if (message.link != link_)
      return; // dropped by its sender
    std::visit(
        [this](const auto& content) {
          if constexpr (requires { take(content); })
            take(content);
        },
        message.content);
  }

  void take(const inventory& chunk) {
    for (const auto& range : chunk.unfinished)
      for (auto sequence = range.first; sequence <= range.last; ++sequence)
        named_.insert(sequence);
    if (!chunk.home_end)
      return;
    for (const auto sequence : seen_)
      expect(named_.count(sequence) != 0 || !is_open(sequence), "R7: a sent job was not named");
    for (const auto sequence : named_)
      if (held_.count(sequence) == 0)
        wishes_.push_back(sequence);
  }

  void take(const audit& question) {
    for (const auto& range : question.unfinished)
      for (auto sequence = range.first; sequence <= range.last; ++sequence)
        if (held_.count(sequence) == 0)
          wishes_.push_back(sequence);
  }

  void take(const submit_batch& batch) {
    for (const auto& job : batch.jobs) {
      ++received_.jobs;
      received_.bytes += size_of(job.spec);
      expect(!job.fresh || seen_.count(job.sequence) == 0, "a job was fresh twice");
      expect(disk_.count(record::ledger_job_key(job.sequence)) != 0
                 || forgotten_.count(job.sequence) != 0,
             "a job was sent before it was on disk");
      seen_.insert(job.sequence);
      held_.insert(job.sequence);
    }
    const auto jobs_out = received_.jobs - acknowledged_.jobs;
    expect(jobs_out <= window_jobs, "R11: too many jobs");
    expect(jobs_out <= 1 || received_.bytes - acknowledged_.bytes <= window_bytes,
           "R11: too many bytes");
  }

  void take(const result_ack& acks) {
    for (const auto& what : acks.attempts)
      expect(!is_open(what.job.sequence) || seen_.count(what.job.sequence) == 0,
             "a result was acknowledged before it was on disk");
  }

  void take(const cancel_batch& batch) {
    for (const auto sequence : batch.sequences) {
      expect(!is_open(sequence) || seen_.count(sequence) == 0,
             "an open job was cancelled at the proxy");
      held_.erase(sequence);
    }
  }

  void take(const grant_batch& batch) {
    for (const auto& [sequence, grant] : batch.granted)
      expect(grants_.emplace(sequence, grant).first->second == grant, "R3: a second grant");
  }

  void take(const locate& question) { questions_.push_back(question.question); }

  // -- small things
  // -----------------------------------------------------------------------------------

  [[nodiscard]] bool is_open(std::uint64_t sequence) const {
    const auto found = disk_.find(record::ledger_job_key(sequence));
    return found != disk_.end() && std::holds_alternative<record::open_job>(found->second);
  }
  [[nodiscard]] bool is_finished(std::uint64_t sequence) const {
    const auto found = disk_.find(record::ledger_job_key(sequence));
    return found != disk_.end() && std::holds_alternative<record::finished_job>(found->second);
  }
  void expect(bool holds, const std::string& what) {
    if (!holds && problem.empty())
      problem = what;
  }
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  std::uint32_t below32(std::uint64_t n) { return static_cast<std::uint32_t>(below(n)); }
  bool coin() { return below(2) == 0; }
  std::uint64_t any_sequence() { return 1 + below(promised_.size() + 3); }
  fence any_fence() { return {1 + below(3), 1 + below(20)}; }
  request_kind pick(std::initializer_list<request_kind> kinds) {
    return *(kinds.begin() + static_cast<std::ptrdiff_t>(below(kinds.size())));
  }

  std::mt19937_64 random_;
  ledger_limits limits_;
  ticket_ledger ledger_;
  instant now_{1'000'000, 1'700'000'000'000};
  ledger_effects fx_;
  commit_gate<ledger_output> gate_;
  std::deque<step> steps_;
  std::map<record::key, record::value> disk_;
  std::vector<record::key> loads_;

  std::map<requester, client_request> asked_;
  std::map<std::uint64_t, std::uint64_t> closed_at_;
  std::uint64_t last_request_ = 0;
  std::uint64_t last_result_ = 0;
  std::map<std::uint64_t, std::string> promised_;
  std::set<std::uint64_t> forgotten_; ///< perhaps
  std::map<std::uint64_t, job_view> ends_;
  std::map<std::uint64_t, std::string> outputs_;

  std::uint64_t link_ = 0;
  std::uint64_t last_link_ = 0;
  submit_ack received_;
  submit_ack acknowledged_;
  std::vector<std::uint64_t> questions_;
  std::vector<std::uint64_t> wishes_;
  std::set<std::uint64_t> named_;
  std::set<std::uint64_t> seen_;
  std::set<std::uint64_t> held_;
  std::map<std::uint64_t, start_grant> grants_;
};

void live_through(std::uint64_t seed) {
  INFO("EVENKEEL_SEED=" << seed << " test_core --test-case='*ledger keeps its promises*'");
  ledger_history history{seed};
  history.run(1'000);
  history.settle();
  REQUIRE(history.problem == "");
}

} // namespace

} // namespace evenkeel::core

TEST_CASE("a ledger keeps its promises in every history") {
  if (const auto* chosen = std::getenv("EVENKEEL_SEED"))
    return evenkeel::core::live_through(std::strtoull(chosen, nullptr, 10));
  for (std::uint64_t seed = 1; seed <= 200; ++seed)
    evenkeel::core::live_through(seed);
}
