#include "bench/instructions/surroundings.hpp"

#include "messages/interfaces.hpp"
#include "persistence/codec.hpp"
#include "persistence/leveldb_store.hpp"

#include <caf/io/all.hpp>
#include <caf/io/basp/all.hpp>

#include <stdexcept>

namespace evenkeel::bench {

// -- disk
// -----------------------------------------------------------------------------------------

disk::disk(surroundings& world, const std::string& directory) : world_{&world} {
  auto opened = persistence::open_leveldb_store(directory);
  if (!opened.state.ok())
    throw std::runtime_error(opened.state.text);
  store_ = std::move(opened.opened);
}

void disk::write(const std::vector<record::change>& changes) {
  auto batch = encode_changes(changes);
  world_->bytes->stored += batch.bytes();
  store_batch(std::move(batch));
}

persistence::write_batch disk::encode_changes(const std::vector<record::change>& changes) {
  return persistence::encode(changes);
}

void disk::store_batch(persistence::write_batch batch) {
  const auto result = store_->commit(std::move(batch), false);
  if (!result.ok())
    throw std::runtime_error(result.text);
}

// -- wire
// -----------------------------------------------------------------------------------------

wire::config::config() {
  add_message_types<caf::id_block::evenkeel>();
  set("scheduler.policy", caf::atom("testing"));
}

wire::wire(surroundings& world) : world_{&world} {}

packet wire::write_message(caf::message content) {
  namespace basp = caf::io::basp;
  packet written;
  std::vector<caf::strong_actor_ptr> stages;
  auto writer = caf::make_callback(
      [&](caf::serializer& sink) -> caf::error { return sink(stages, content); });
  basp::header header{basp::message_type::direct_message, 0, 0, 0, 1, 2};
  basp::instance::write(&context_, written, header, &writer);
  return written;
}

caf::message wire::read_message(const packet& content) {
  caf::io::basp::header header;
  std::vector<caf::strong_actor_ptr> stages;
  caf::message result;
  caf::binary_deserializer source{&context_, content};
  if (auto problem = source(header, stages, result))
    throw std::runtime_error("a packet cannot be read: " + system_.render(problem));
  return result;
}

} // namespace evenkeel::bench
