// The 100 bytes of every job, the same for all peers: client and number, which come back as the
// result so that it can be told from any other, and letters that do not compress.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel::bench {

class payload {
public:
  static constexpr std::size_t size = 100;
  static constexpr std::size_t client_digits = 6;
  static constexpr std::size_t number_digits = 12;
  static constexpr std::size_t id_size = client_digits + number_digits;

  explicit payload(std::uint32_t client);
  /// The next job's.
  std::string_view next();
  /// Of the latest job: what its result is to be.
  [[nodiscard]] std::string_view id() const { return std::string_view(text_).substr(0, id_size); }

private:
  std::string text_;
};

/// Of a payload or an id: its client, as digits.
inline std::string_view client_of(std::string_view text) {
  return text.substr(0, payload::client_digits);
}

/// `value` in decimal with leading zeros.
std::string padded(std::uint64_t value, std::size_t digits);

} // namespace evenkeel::bench
