#include "persistence/write_batch.hpp"

#include <cstring>

namespace evenkeel::persistence {

namespace {

/// Only ever in memory: no format.
struct operation_header {
  std::size_t is_put;
  std::size_t key_size;
  std::size_t value_size;
};

} // namespace

void write_batch::put(std::string_view key, std::string_view value) {
  add(true, key, value);
}

void write_batch::erase(std::string_view key) {
  add(false, key, {});
}

void write_batch::append(const write_batch& other) {
  operations_ += other.operations_;
  size_ += other.size_;
}

void write_batch::clear() {
  operations_.clear();
  size_ = 0;
}

void write_batch::add(bool is_put, std::string_view key, std::string_view value) {
  const operation_header header{is_put ? 1U : 0U, key.size(), value.size()};
  operations_.append(reinterpret_cast<const char*>(&header), sizeof header);
  operations_ += key;
  operations_ += value;
  ++size_;
}

write_batch::operation write_batch::split_first(std::string_view& operations) {
  operation_header header{};
  std::memcpy(&header, operations.data(), sizeof header);
  operations.remove_prefix(sizeof header);
  const operation first{header.is_put != 0, operations.substr(0, header.key_size),
                        operations.substr(header.key_size, header.value_size)};
  operations.remove_prefix(header.key_size + header.value_size);
  return first;
}

} // namespace evenkeel::persistence
