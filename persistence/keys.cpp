#include "persistence/keys.hpp"

#include "persistence/format.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace evenkeel::persistence {

namespace {

using record::kind;
namespace prefix = format::prefix;

/// Which of the key's numbers a kind writes, always in the order ledger, sequence, fence.
struct key_shape {
  kind type;
  char letter;
  bool ledger;
  bool sequence;
  bool fence;
  std::string_view name; ///< for messages, not on disk
};

constexpr std::array shapes = {
    key_shape{kind::identity, prefix::identity, false, false, false, "identity"},
    key_shape{kind::issued, prefix::issued, false, false, false, "issued"},
    key_shape{kind::ledger_job, prefix::ledger_job, false, true, false, "ledger_job"},
    key_shape{kind::held_attempt, prefix::held_attempt, true, true, true, "held_attempt"},
    key_shape{kind::proxy_identity, prefix::proxy_identity, false, false, false, "proxy_identity"},
    key_shape{kind::member, prefix::member, true, false, false, "member"},
    key_shape{kind::cluster_job, prefix::cluster_job, true, true, false, "cluster_job"},
    key_shape{kind::placement, prefix::placement, true, true, false, "placement"},
    key_shape{kind::spawned_node, prefix::spawned_node, false, true, false, "spawned_node"},
    key_shape{kind::waiting_result, prefix::waiting_result, true, true, true, "waiting_result"},
};

const key_shape* find_shape(kind type) {
  const auto* found =
      std::find_if(shapes.begin(), shapes.end(), [&](const auto& x) { return x.type == type; });
  return found == shapes.end() ? nullptr : found;
}

const key_shape* find_shape(char letter) {
  const auto* found =
      std::find_if(shapes.begin(), shapes.end(), [&](const auto& x) { return x.letter == letter; });
  return found == shapes.end() ? nullptr : found;
}

constexpr std::size_t number_bytes = 8;

std::size_t encoded_size(const key_shape& shape) {
  const auto numbers =
      (shape.ledger ? 2U : 0U) + (shape.sequence ? 1U : 0U) + (shape.fence ? 2U : 0U);
  return 1 + numbers * number_bytes;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto c : bytes) {
    text += digits[static_cast<std::uint8_t>(c) >> 4];
    text += digits[static_cast<std::uint8_t>(c) & 15];
  }
  return text;
}

} // namespace

void append_big_endian(std::string& out, std::uint64_t number) {
  std::array<char, number_bytes> bytes{};
  for (std::size_t i = 0; i < number_bytes; ++i)
    bytes[i] = static_cast<char>(number >> (8 * (number_bytes - 1 - i)));
  out.append(bytes.data(), bytes.size());
}

std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const auto c : bytes.substr(0, number_bytes))
    number = (number << 8) | static_cast<std::uint8_t>(c);
  return number;
}

std::string encode_key(const record::key& key) {
  const auto* shape = find_shape(key.type);
  std::string bytes;
  if (shape == nullptr)
    return bytes;
  bytes.reserve(encoded_size(*shape));
  bytes.push_back(shape->letter);
  if (shape->ledger) {
    append_big_endian(bytes, key.job.ledger.high);
    append_big_endian(bytes, key.job.ledger.low);
  }
  if (shape->sequence)
    append_big_endian(bytes, key.job.sequence);
  if (shape->fence) {
    append_big_endian(bytes, key.number.epoch);
    append_big_endian(bytes, key.number.number);
  }
  return bytes;
}

std::optional<record::key> decode_key(std::string_view bytes) {
  const auto* shape = bytes.empty() ? nullptr : find_shape(bytes.front());
  if (shape == nullptr || bytes.size() != encoded_size(*shape))
    return std::nullopt;
  bytes.remove_prefix(1);
  const auto next = [&bytes] {
    const auto number = read_big_endian(bytes);
    bytes.remove_prefix(number_bytes);
    return number;
  };
  record::key key{shape->type, {}, {}};
  if (shape->ledger) {
    key.job.ledger.high = next();
    key.job.ledger.low = next();
  }
  if (shape->sequence)
    key.job.sequence = next();
  if (shape->fence) {
    key.number.epoch = next();
    key.number.number = next();
  }
  return key;
}

std::string describe_key(std::string_view bytes) {
  const auto key = decode_key(bytes);
  if (!key)
    return "the unknown key " + hex(bytes);
  const auto* shape = find_shape(key->type);
  std::string text(shape->name);
  if (shape->ledger)
    text += " " + to_text(key->job.ledger);
  if (shape->sequence)
    text += " " + std::to_string(key->job.sequence);
  if (shape->fence)
    text +=
        " fence " + std::to_string(key->number.epoch) + "." + std::to_string(key->number.number);
  return text;
}

} // namespace evenkeel::persistence
