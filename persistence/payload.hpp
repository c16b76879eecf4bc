// The fields of each record as bytes: the one place that knows Boost.Serialization.
// A Boost archive costs 300 ns to build and allocates, so a writer or reader is used for many
// records. Must not know: frames, keys, stores.
#pragma once

#include "messages/records.hpp"
#include "persistence/format.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace evenkeel::persistence {

/// The shape that a value is written in.
format::shape shape_of(const record::value& content);

class payload_writer {
public:
  payload_writer();
  ~payload_writer();

  /// Appends the payload of `content` to `out`.
  void append(std::string& out, const record::value& content);

private:
  struct archive;
  std::unique_ptr<archive> archive_;
};

class payload_reader {
public:
  payload_reader();
  ~payload_reader();

  /// Reads a payload of a known shape and version, all of it. Throws some std::exception when it is
  /// not one; never allocates much more than `payload` is long.
  record::value read(format::shape what, std::uint8_t version, std::string_view payload);

private:
  struct archive;
  std::unique_ptr<archive> archive_;
};

} // namespace evenkeel::persistence
