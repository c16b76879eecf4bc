// The reading end of a command's standard output or error: keeps the first bytes, discards the
// rest, so that the command never waits for us.
// Owns: the pipe's reading end and the bytes kept. Must not know: processes or polling.
#pragma once

#include "actors/jobs/descriptor.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace evenkeel::jobs {

class output_capture {
public:
  output_capture() = default;

  /// `pipe` is non-blocking. Keeps `limit` bytes.
  output_capture(descriptor pipe, std::size_t limit) : pipe_(std::move(pipe)), limit_(limit) {}

  /// Reads once. False at the end of the stream (or an error): nothing more will come.
  bool read_some(std::span<char> buffer);

  /// Reads what is in the pipe at this moment; later writers are not waited for.
  void read_pending(std::span<char> buffer);

  [[nodiscard]] int number() const { return pipe_.get(); }
  [[nodiscard]] bool is_open() const { return pipe_.valid(); }
  void close() { pipe_.reset(); }

  [[nodiscard]] bool truncated() const { return truncated_; }
  [[nodiscard]] std::string take_text() { return std::move(text_); }

private:
  void keep(std::span<const char> bytes);

  descriptor pipe_;
  std::size_t limit_ = 0;
  std::string text_;
  bool truncated_ = false;
};

} // namespace evenkeel::jobs
