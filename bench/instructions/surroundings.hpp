// What the sides of the path of a job share: the time, the bytes that are counted, a disk, the
// wire. Functions that callgrind is to count by themselves are never inlined; scripts/instructions
// knows them by name. Must not know: any core.
#pragma once

#include "actors/core/step.hpp"
#include "messages/protocol.hpp"
#include "persistence/store.hpp"
#include "persistence/write_batch.hpp"

#include <caf/all.hpp>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace evenkeel::bench {

/// Where a stage's bytes went.
struct byte_counts {
  std::uint64_t stored = 0; ///< keys and values of batches, as they are handed to LevelDB
  std::uint64_t wire = 0;   ///< packets between node and proxy, CAF's headers included
  std::uint64_t client = 0; ///< from and to clients
};

/// The clock is set by hand; `bytes` are those of the stage that is under way.
struct surroundings {
  core::instant now{1'000'000, 1'700'000'000'000};
  byte_counts* bytes = nullptr;
};

/// A LevelDB store without fsync.
class disk {
public:
  disk(surroundings& world, const std::string& directory);

  void write(const std::vector<record::change>& changes);

private:
  [[gnu::noinline]] persistence::write_batch
  encode_changes(const std::vector<record::change>& changes);
  [[gnu::noinline]] void store_batch(persistence::write_batch batch);

  surroundings* world_;
  std::unique_ptr<persistence::store> store_;
};

/// Commits what `step` has collected; returns all outputs, which may leave now.
template <class Output>
std::vector<Output> settle(core::step<Output>& step, core::instant now, disk& on) {
  std::uint64_t committed = 0;
  const auto commit = [&](std::uint64_t number, bool, const auto& changes) {
    on.write(changes);
    committed = number;
  };
  auto outputs = step.commit_and_take(now, commit);
  if (committed == 0)
    return outputs;
  step.on_committed(committed);
  for (auto& output : step.commit_and_take(now, commit))
    outputs.push_back(std::move(output));
  return outputs;
}

using packet = std::vector<char>;

/// Link messages as CAF's network puts them into packets, and back, without a network: CAF's tests'
/// scheduler has no threads.
class wire {
public:
  explicit wire(surroundings& world);

  template <class Message>
  packet write(const link_header& header, Message&& content) {
    auto written = write_message(
        std::visit([&](auto& x) { return caf::make_message(header, std::move(x)); }, content));
    world_->bytes->wire += written.size();
    return written;
  }

  /// `on_message(header, message)`
  template <class Message, class OnMessage>
  void read(const packet& content, OnMessage on_message) {
    auto message = read_message(content);
    hand_over(message, on_message, static_cast<Message*>(nullptr));
  }

private:
  struct config : caf::actor_system_config {
    config();
  };

  [[gnu::noinline]] packet write_message(caf::message content);
  [[gnu::noinline]] caf::message read_message(const packet& content);

  template <class OnMessage, class... Types>
  static void hand_over(caf::message& message, OnMessage& on_message,
                        std::variant<Types...>* /*either*/) {
    const auto is = [&]<class T>(T*) {
      if (!message.match_elements<link_header, T>())
        return false;
      on_message(message.get_as<link_header>(0),
                 std::variant<Types...>{std::move(message.get_mutable_as<T>(1))});
      return true;
    };
    if (!(is(static_cast<Types*>(nullptr)) || ...))
      throw std::logic_error("a packet with something else");
  }

  surroundings* world_;
  config config_;
  caf::actor_system system_{config_};
  caf::scoped_execution_unit context_{&system_};
};

} // namespace evenkeel::bench
