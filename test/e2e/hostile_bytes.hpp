// Bytes that no peer would send to a port of the cluster: noise, broken TLS, CAF's own protocol
// (BASP) where TLS is expected. The same for the same seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace evenkeel::test {

class hostile_bytes {
public:
  explicit hostile_bytes(std::uint64_t seed);
  /// Up to 20,000 bytes.
  std::string next();
  /// A number below `end`.
  std::size_t below(std::size_t end);

private:
  std::string noise(std::size_t size);
  std::string basp();
  std::string damaged(std::string bytes);

  std::mt19937_64 random_;
  std::string hello_; ///< of a TLS client that means it
};

/// Header and payload of a peer that introduces itself, and what follows: CAF 0.17, plain.
std::string basp_hello();

} // namespace evenkeel::test
