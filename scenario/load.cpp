#include "scenario/load.hpp"

#include "scenario/questions.hpp"

#include <algorithm>
#include <csignal>
#include <memory>
#include <utility>

namespace evenkeel::scenario {

namespace {

constexpr std::chrono::seconds client_patience{5}; ///< then it tries another node
constexpr int requests_a_connection = 40;
constexpr unsigned one_result_in = 4; ///< requests

/// The runner's main thread takes all signals.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

} // namespace

void error_counts::add(const std::string& code, const std::string& text) {
  const std::lock_guard lock{mutex_};
  ++counts_[code];
  examples_.try_emplace(code, text);
}

std::map<std::string, std::size_t> error_counts::counts() const {
  const std::lock_guard lock{mutex_};
  return counts_;
}

std::string error_counts::example(const std::string& code) const {
  const std::lock_guard lock{mutex_};
  const auto found = examples_.find(code);
  return found == examples_.end() ? std::string{} : found->second;
}

/// One client, on its thread.
class load::client_of {
public:
  client_of(load& owner, std::uint64_t seed, std::size_t index)
      : owner_(owner), random_(seed), next_(index) {}

  /// One request; connects first if need be.
  void step() {
    try {
      if (!connection_ && !connect())
        return;
      if (!mine_.empty() && random_() % one_result_in == 0)
        ask_result();
      else
        submit();
      if (++asked_ >= requests_a_connection)
        connection_.reset();
    } catch (const client::connection_lost& lost) {
      connection_.reset();
      owner_.errors_.add(lost.timed_out ? "silent" : "closed", lost.what());
    }
  }

private:
  static client::deadline patience() { return std::chrono::steady_clock::now() + client_patience; }

  bool connect() {
    const auto places = owner_.places();
    if (places.empty())
      return false;
    place_ = places[next_++ % places.size()];
    asked_ = 0;
    connection_ = connect_to(place_, patience());
    return true;
  }

  void submit() {
    const auto answer = connection_->ask(owner_.how_.job, patience());
    if (!answer.ok())
      return refused(answer);
    mine_.emplace_back(answer.field("ticket"));
    owner_.book_.acknowledged(mine_.back(), place_.name);
  }

  void ask_result() {
    const auto& ticket = mine_[random_() % mine_.size()];
    const auto answer = connection_->ask("RESULT " + ticket + " both", patience());
    if (owner_.book_.answered(ticket, place_.name, answer) == verdict::refused)
      refused(answer);
  }

  /// Somewhere else it may be better.
  void refused(const client::reply& answer) {
    owner_.errors_.add(std::string(answer.code()), place_.name + ": " + std::string(answer.line));
    connection_.reset();
  }

  load& owner_;
  std::mt19937_64 random_;
  std::size_t next_;
  int asked_ = 0;
  node_place place_;
  std::unique_ptr<client::connection> connection_;
  std::vector<std::string> mine_;
};

load::load(const load_step& how, const cluster& all, ticket_book& book, error_counts& errors,
           std::uint64_t seed)
    : how_(how), all_(all), book_(book), errors_(errors) {
  for (std::size_t i = 0; i < how.clients; ++i)
    clients_.emplace_back([this, seed, i] { run(seed, i); });
}

load::~load() {
  {
    const std::lock_guard lock{mutex_};
    over_ = true;
  }
  ending_.notify_all();
  for (auto& one : clients_)
    one.join();
}

void load::run(std::uint64_t seed, std::size_t index) {
  block_signals();
  client_of me{*this, seed + index, index};
  do
    me.step();
  while (pause());
}

bool load::pause() {
  std::unique_lock lock{mutex_};
  return !ending_.wait_for(lock, how_.pause, [this] { return over_; });
}

std::vector<node_place> load::places() const {
  auto places = all_.nodes();
  if (!how_.homes.empty())
    std::erase_if(places, [this](const auto& one) {
      return std::find(how_.homes.begin(), how_.homes.end(), one.name) == how_.homes.end();
    });
  return places;
}

} // namespace evenkeel::scenario
