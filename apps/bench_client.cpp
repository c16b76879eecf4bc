#include "apps/bench_client.hpp"

#include <utility>

namespace evenkeel::apps {

namespace {

constexpr auto busy_pause = std::chrono::milliseconds(10);

void note(bench_trouble& trouble, std::string_view what) {
  if (trouble.count++ == 0)
    trouble.first = what;
}

} // namespace

bench_client::bench_client(boost::asio::io_context& context, const bench_settings& settings,
                           bench_progress& progress)
    : settings_(settings), progress_(progress), job_line_(settings.job + '\n'),
      submissions_(context), waits_(context), retry_timer_(context) {}

std::size_t bench_client::connections(const bench_settings& settings) {
  return settings.results && settings.window > 1 ? 2 : 1;
}

void bench_client::connect(const boost::asio::ip::tcp::endpoint& node) {
  submissions_.connection.connect(node, settings_.patience);
  if (connections(settings_) > 1)
    waits_.connection.connect(node, settings_.patience);
}

void bench_client::start() {
  start(submissions_);
  if (connections(settings_) > 1)
    start(waits_);
  fill();
}

void bench_client::start(lane& on) {
  on.connection.start([this, &on](const client::reply& answer) { on_reply(on, answer); },
                      [this](const std::string& why) { on_lost(why); });
  if (settings_.token.empty())
    return;
  on.connection.send("AUTH " + settings_.token + '\n');
  on.greeted = false;
}

void bench_client::fill() {
  while (alive_ && under_way_ < settings_.window && progress_.may_begin()) {
    ++under_way_;
    ++progress_.under_way;
    ++progress_.begun;
    send({{}, bench_clock::now()});
  }
}

void bench_client::send(request what) {
  if (what.ticket.empty()) {
    submissions_.connection.send(job_line_);
    submissions_.asked.push_back(std::move(what));
    return;
  }
  auto& on = connections(settings_) > 1 ? waits_ : submissions_;
  on.connection.send("WAIT " + what.ticket + " none\n");
  on.asked.push_back(std::move(what));
}

void bench_client::on_reply(lane& on, const client::reply& answer) {
  if (!on.greeted) {
    on.greeted = true;
    if (!answer.ok())
      on_lost("AUTH: " + std::string(answer.line));
    return;
  }
  if (on.asked.empty()) { // "-BUSY too many connections", before the node hangs up
    on_lost("unasked: " + std::string(answer.line));
    return;
  }
  auto asked = std::move(on.asked.front());
  on.asked.pop_front();
  if (answer.ok())
    on_success(asked, answer, bench_clock::now());
  else
    on_error(std::move(asked), answer);
  fill();
}

void bench_client::on_success(const request& asked, const client::reply& answer,
                              bench_clock::time_point now) {
  auto& figures = progress_.figures;
  progress_.last_answer = now;
  if (!asked.ticket.empty()) {
    figures.results.add(now - asked.begun);
    if (answer.field("state") != "done")
      ++figures.not_done;
    end_job();
    return;
  }
  const auto ticket = answer.field("ticket");
  if (ticket.empty()) {
    on_lost("no ticket in: " + std::string(answer.line));
    return;
  }
  figures.submissions.add(now - asked.begun);
  if (settings_.results)
    send({std::string(ticket), asked.begun});
  else
    end_job();
}

void bench_client::on_error(request asked, const client::reply& answer) {
  const auto code = answer.code();
  if (code != "BUSY") {
    progress_.last_answer = bench_clock::now();
    auto& errors = progress_.figures.errors;
    auto found = errors.find(code);
    if (found == errors.end())
      found = errors.emplace(std::string(code), bench_trouble{}).first;
    note(found->second, answer.line);
    end_job();
    return;
  }
  ++progress_.figures.busy;
  if (progress_.ended && asked.ticket.empty()) {
    end_job();
    return;
  }
  busy_.push_back(std::move(asked));
  if (busy_.size() > 1)
    return; // the timer runs already
  retry_timer_.expires_after(busy_pause);
  retry_timer_.async_wait([this](const boost::system::error_code&) { retry(); });
}

void bench_client::retry() {
  if (!alive_)
    return;
  for (auto& again : std::exchange(busy_, {}))
    send(std::move(again));
}

void bench_client::end_job() {
  --under_way_;
  --progress_.under_way;
}

void bench_client::on_lost(const std::string& why) {
  if (!alive_)
    return;
  alive_ = false;
  note(progress_.figures.lost_connections, why);
  progress_.under_way -= under_way_;
  under_way_ = 0;
  submissions_.connection.close();
  waits_.connection.close();
}

} // namespace evenkeel::apps
