#include "bench/instructions/job_path.hpp"

#include <stdexcept>
#include <utility>

namespace evenkeel::bench {

namespace {

constexpr std::size_t payload_bytes = 100;
constexpr std::uint32_t slots = 64; ///< a batch is one message on each leg
constexpr std::size_t learning = 3; ///< jobs until a function is known to be short

std::string call_text() {
  std::string result = "CALL -- noop ";
  for (std::size_t i = 0; i < payload_bytes; ++i)
    result += static_cast<char>('a' + i * i % 23);
  return result + '\n';
}

} // namespace

job_path::job_path(const std::string& directory, std::size_t batch, bool at_home)
    : world_{{1'000'000, 1'700'000'000'000}, bytes_.data()}, wire_{world_}, proxy_{world_, wire_,
                                                                                   directory
                                                                                       + "/proxy",
                                                                                   at_home},
      node_{world_, wire_, directory + "/node", slots}, call_{call_text()}, at_home_{at_home} {
  for (std::size_t i = 0; i < batch; ++i)
    clients_.emplace_back();
  node_.on_welcome(proxy_.on_join(node_.hello()));
  exchange();
}

void job_path::one_batch() {
  world_.now.steady_us += core::us_per_ms;
  ++world_.now.wall_ms;
  replies_ = 0;
  home_batch_ = at_home_ && batches_++ * clients_.size() >= learning;
  if (home_batch_)
    home_batch();
  else
    dispatched_batch();
  if (replies_ != clients_.size() * (home_batch_ ? 1 : 2))
    throw std::logic_error("not every client has its ticket and its result");
}

/// The result comes with the ticket: the session has it when it is asked for.
void job_path::home_batch() {
  parse(call_ + "WAIT LAST\n");
  ledger();
  run();
  result();
  commit();
  reply();
}

void job_path::dispatched_batch() {
  parse(call_);
  ledger();
  commit();
  reply();
  parse("WAIT LAST\n");
  ledger();
  send();
  dispatch();
  run();
  result();
  reply();
}

// -- stages
// ---------------------------------------------------------------------------------------

void job_path::parse(std::string_view text) {
  begin(stage::parse);
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    world_.bytes->client += text.size();
    clients_[i].on_bytes(text);
    run_client(i);
  }
}

void job_path::ledger() {
  begin(stage::ledger);
  for (const auto& [from, request] : std::exchange(asks_, {}))
    node_.on_request(from, request);
  node_.flush_ledger();
}

void job_path::commit() {
  begin(stage::commit);
  node_.commit_ledger();
}

void job_path::send() {
  begin(stage::send);
  proxy_.receive(node_.send());
}

void job_path::dispatch() {
  begin(stage::dispatch);
  proxy_.work();
  node_.receive(proxy_.send());
}

void job_path::run() {
  begin(stage::run);
  if (home_batch_)
    return node_.run_home_calls();
  node_.work();
  proxy_.receive(node_.send());
}

void job_path::result() {
  begin(stage::result);
  if (home_batch_)
    return node_.end_home_calls();
  exchange();
}

void job_path::reply() {
  begin(stage::reply);
  for (const auto& [to, content] : node_.take_replies()) {
    if (content.code != errc::ok)
      throw std::logic_error("refused: " + content.text);
    clients_.at(to.session).on_answer(to.number, content);
    run_client(to.session);
    ++replies_;
  }
}

// -- between them
// -----------------------------------------------------------------------------------

/// Until neither side has anything to do.
void job_path::exchange() {
  for (bool busy = true; busy; busy = proxy_.has_work() || node_.has_work()) {
    proxy_.work();
    node_.receive(proxy_.send());
    node_.work();
    proxy_.receive(node_.send());
  }
}

/// As client_session does, with a socket that takes everything at once.
void job_path::run_client(std::size_t index) {
  auto& client = clients_[index];
  for (auto wanted = client.take(); !wanted.empty(); wanted = client.take()) {
    for (auto& [number, request] : wanted.asks)
      asks_.push_back({{false, index, number}, std::move(request)});
    world_.bytes->client += wanted.bytes.size();
    client.on_written(wanted.bytes.size());
  }
}

} // namespace evenkeel::bench
