#include "actors/core/membership_table.hpp"

#include "messages/ticket.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace evenkeel::core {

namespace {

constexpr std::size_t max_name_size = 64;
constexpr std::size_t max_address_size = 256;
constexpr std::uint32_t max_slots = 100'000;
constexpr std::uint64_t max_epoch_counter = 1ULL << 62U; ///< there must be room above it (R1)

// A node that was refused for what it is gains little by trying often.
constexpr std::uint32_t defect_retry_ms = 5000;
constexpr std::uint32_t duplicate_retry_ms = 1000;
constexpr std::uint32_t full_retry_ms = 5000;
constexpr std::uint32_t twin_retry_ms = 200; ///< the other's end may be noticed any moment
constexpr std::uint32_t used_link_retry_ms = 100;

/// Names and addresses stand in lines of TAB-separated fields.
bool printable(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

admission refuse(refusal_reason reason, std::uint32_t retry_ms, std::string text) {
  return {admission::verdict::refuse, {}, reason, retry_ms, std::move(text)};
}

std::string defect_of(const join& request) {
  if (request.protocol != link_protocol_version)
    return "the proxy speaks version " + std::to_string(link_protocol_version)
           + " of the link protocol, the node version " + std::to_string(request.protocol);
  if (request.slots == 0 || request.slots > max_slots)
    return "a node has 1 to " + std::to_string(max_slots) + " slots, not "
           + std::to_string(request.slots);
  if (request.name.empty() || request.name.size() > max_name_size || !printable(request.name))
    return "a node's name has 1 to " + std::to_string(max_name_size) + " printable characters";
  if (request.address.size() > max_address_size || !printable(request.address))
    return "a node's address has at most " + std::to_string(max_address_size)
           + " printable characters";
  if (!request.code.empty() && !valid_ledger_code(request.code))
    return "what this node's tickets begin with is malformed";
  if (!request.ledger.valid() || request.link == 0 || request.highest_epoch > max_epoch_counter)
    return "malformed join: ledger, link number or epoch is out of range";
  return {};
}

} // namespace

// -- entries --------------------------------------------------------------------------------------

void member_table::store(const record::member& content) {
  auto& entry = ledgers_[content.ledger];
  if (entry.content.code != content.code && !held_by_another(entry.content.code, content.ledger))
    codes_.erase(entry.content.code);
  if (!content.code.empty())
    codes_[content.code] = content.ledger;
  if (entry.content.process != content.process)
    entry.last_link = 0;
  entry.content = content;
}

standing_link& member_table::open(const ledger_id& ledger, std::uint64_t channel,
                                  std::uint64_t number, std::uint64_t epoch_counter,
                                  std::int64_t now_us) {
  auto& entry = ledgers_.at(ledger);
  entry.last_link = number;
  entry.welcomed_in = epoch_counter;
  channels_[channel] = ledger;
  live_names_[entry.content.name] = ledger;
  auto& link = links_[ledger];
  link.ledger = ledger;
  link.process = entry.content.process;
  link.channel = channel;
  link.number = number;
  link.heard_us = now_us;
  return link;
}

void member_table::close(const ledger_id& ledger) {
  const auto link = links_.find(ledger);
  if (link == links_.end())
    return;
  channels_.erase(link->second.channel);
  live_names_.erase(ledgers_.at(ledger).content.name);
  links_.erase(link);
}

bool member_table::has_live_elsewhere(const std::string& name, const std::string& address) const {
  const auto live = live_names_.find(name);
  return live != live_names_.end() && ledgers_.at(live->second).content.address != address;
}

known_ledger* member_table::find(const ledger_id& ledger) {
  const auto entry = ledgers_.find(ledger);
  return entry == ledgers_.end() ? nullptr : &entry->second;
}

const known_ledger* member_table::find(const ledger_id& ledger) const {
  const auto entry = ledgers_.find(ledger);
  return entry == ledgers_.end() ? nullptr : &entry->second;
}

const known_ledger* member_table::holder_of(const std::string& code) const {
  const auto holder = codes_.find(code);
  return holder == codes_.end() ? nullptr : find(holder->second);
}

standing_link* member_table::link_of(const ledger_id& ledger) {
  const auto link = links_.find(ledger);
  return link == links_.end() ? nullptr : &link->second;
}

const standing_link* member_table::link_of(const ledger_id& ledger) const {
  const auto link = links_.find(ledger);
  return link == links_.end() ? nullptr : &link->second;
}

standing_link* member_table::link_on(std::uint64_t channel) {
  const auto ledger = channels_.find(channel);
  return ledger == channels_.end() ? nullptr : link_of(ledger->second);
}

// -- admission ------------------------------------------------------------------------------------

std::optional<admission> member_table::unfit(const join& request) {
  auto text = defect_of(request);
  if (text.empty())
    return std::nullopt;
  return refuse(refusal_reason::protocol_version, defect_retry_ms, std::move(text));
}

bool member_table::obeyed_another(const join& request, std::uint64_t counter) const {
  if (request.highest_epoch != counter)
    return request.highest_epoch > counter;
  // As high as ours, but we never welcomed it: a proxy whose disk is gone counted that far as well,
  // and gave out fences that we would repeat (R2).
  const auto* known = find(request.ledger);
  return known == nullptr || known->welcomed_in != counter;
}

admission member_table::judge(std::uint64_t channel, const join& request,
                              std::uint32_t max_nodes) const {
  if (auto decided = late_or_stale(channel, request))
    return *std::move(decided);
  const auto namesake = live_names_.find(request.name);
  if (namesake != live_names_.end() && namesake->second != request.ledger)
    return refuse(refusal_reason::duplicate_name, duplicate_retry_ms,
                  "another node named '" + request.name + "' is in the cluster");
  const auto others = links_.size() - links_.count(request.ledger);
  if (max_nodes > 0 && others >= max_nodes)
    return refuse(refusal_reason::cluster_full, full_retry_ms,
                  "the cluster takes " + std::to_string(max_nodes) + " nodes and is full");
  auto code = code_for(request);
  if (!code)
    return refuse(refusal_reason::code_conflict, defect_retry_ms,
                  "another ledger has the code " + request.code);
  return {admission::verdict::accept, *std::move(code), {}, 0, {}};
}

std::optional<admission> member_table::late_or_stale(std::uint64_t channel,
                                                     const join& request) const {
  const auto* known = find(request.ledger);
  if (known == nullptr)
    return std::nullopt;
  const auto& last = known->content.process;
  if (request.process.counter < last.counter
      || (request.process.counter == last.counter && request.process.nonce != last.nonce))
    return refuse(refusal_reason::stale_incarnation, defect_retry_ms,
                  "this data directory was copied or restored: its ledger "
                      + to_text(request.ledger) + " was last seen at start "
                      + std::to_string(last.counter) + ", and this is another start "
                      + std::to_string(request.process.counter));
  if (request.process != last && link_of(request.ledger) != nullptr)
    return refuse(refusal_reason::stale_incarnation, twin_retry_ms,
                  "another start of this data directory, " + std::to_string(last.counter)
                      + ", is connected: it was copied, unless that one has just ended");
  if (request.process != last || request.link > known->last_link)
    return std::nullopt;
  const auto* link = link_of(request.ledger);
  if (link == nullptr) // its sequence numbers may have been used: it must not stand again (R6)
    return refuse(refusal_reason::starting, used_link_retry_ms, "this link has ended");
  admission result;
  result.decision = link->number == request.link && link->channel == channel
                        ? admission::verdict::welcome_again
                        : admission::verdict::ignore;
  return result;
}

std::optional<std::string> member_table::code_for(const join& request) const {
  if (!request.code.empty()) {
    if (held_by_another(request.code, request.ledger))
      return std::nullopt;
    return request.code;
  }
  if (const auto* known = find(request.ledger); known != nullptr && !known->content.code.empty())
    return known->content.code;
  for (std::uint32_t attempt = 0;; ++attempt) {
    auto code = ledger_code(request.ledger.high, request.ledger.low, attempt);
    if (!held_by_another(code, request.ledger))
      return code;
  }
}

bool member_table::held_by_another(const std::string& code, const ledger_id& ledger) const {
  const auto holder = codes_.find(code);
  return holder != codes_.end() && holder->second != ledger;
}

// -- invariants -----------------------------------------------------------------------------------

std::string member_table::check_invariants() const {
  std::size_t coded = 0;
  for (const auto& [ledger, entry] : ledgers_) {
    if (entry.content.ledger != ledger)
      return "a member is stored under another ledger";
    coded += entry.content.code.empty() ? 0U : 1U;
  }
  for (const auto& [code, ledger] : codes_)
    if (const auto* entry = find(ledger); entry == nullptr || entry->content.code != code)
      return "the code " + code + " names a ledger that does not have it";
  if (coded != codes_.size())
    return "two ledgers have one code";
  if (channels_.size() != links_.size() || live_names_.size() != links_.size())
    return "two links share a channel or a name";
  for (const auto& [ledger, link] : links_) {
    const auto* entry = find(ledger);
    if (entry == nullptr || entry->content.process != link.process
        || entry->last_link != link.number)
      return "a link stands for a process that is not its ledger's last";
    const auto channel = channels_.find(link.channel);
    if (channel == channels_.end() || channel->second != ledger)
      return "a link is missing from the channels";
    const auto name = live_names_.find(entry->content.name);
    if (name == live_names_.end() || name->second != ledger)
      return "a link is missing from the live names";
  }
  return {};
}

} // namespace evenkeel::core
