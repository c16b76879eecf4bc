#include "persistence/codec.hpp"

#include "persistence/format.hpp"
#include "persistence/frame.hpp"
#include "persistence/keys.hpp"
#include "persistence/payload.hpp"

#include <exception>
#include <stdexcept>

namespace evenkeel::persistence {

namespace {

void encode_frame(payload_writer& writer, std::string& out, const record::value& content) {
  begin_frame(out, shape_of(content));
  writer.append(out, content);
  end_frame(out);
}

decode_failure damaged(std::string text) {
  return {decode_error::damaged, std::move(text)};
}

decode_failure unknown_kind(std::uint8_t shape) {
  return {decode_error::unknown_kind,
          "a record of kind " + std::to_string(shape) + ", which only a newer evenkeel knows"};
}

decode_failure newer_version(const format::layout& layout, std::uint8_t version) {
  return {decode_error::newer_version,
          "a record " + std::string(layout.name) + " of format version " + std::to_string(version)
              + "; this evenkeel knows versions up to " + std::to_string(layout.version)};
}

} // namespace

write_batch encode(std::span<const record::change> changes) {
  thread_local payload_writer writer; // to build one costs as much as to write a record
  std::string value;
  write_batch batch;
  for (const auto& change : changes) {
    if (!change.content) {
      batch.erase(encode_key(change.where));
      continue;
    }
    if (record::key_of(*change.content) != change.where)
      throw std::logic_error("a record under a key that is not its own");
    encode_frame(writer, value, *change.content);
    batch.put(encode_key(change.where), value);
  }
  return batch;
}

std::string encode_value(const record::value& content) {
  payload_writer writer;
  std::string bytes;
  encode_frame(writer, bytes, content);
  return bytes;
}

struct decoder::archive {
  payload_reader reader;
};

decoder::decoder() : archive_(std::make_unique<archive>()) {}
decoder::~decoder() = default;

decoded decoder::operator()(std::string_view bytes) {
  const auto intact = read_frame(bytes);
  if (!intact)
    return damaged(std::to_string(bytes.size()) + " bytes that are no intact record");
  const auto* layout = format::find_layout(intact->shape);
  if (layout == nullptr)
    return unknown_kind(intact->shape);
  if (intact->version > layout->version)
    return newer_version(*layout, intact->version);
  if (intact->version == 0)
    return damaged("a record of format version 0");
  try {
    return archive_->reader.read(layout->id, intact->version, intact->payload);
  } catch (const std::exception& error) { // Boost throws more than archive_exception
    return damaged("a record " + std::string(layout->name) + " with " + error.what());
  }
}

decoded decode(std::string_view bytes) {
  return decoder{}(bytes);
}

} // namespace evenkeel::persistence
