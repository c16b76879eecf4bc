// Tokens and their digests: the file that --tokens names, whose token is whose, fresh ones.
// Owns: the table of one file. The one place that hashes. Must not know: sessions, sockets.
#pragma once

#include "actors/core/token_table.hpp"

#include <string>
#include <string_view>

namespace evenkeel {

core::token_digest sha256(std::string_view text);

/// 160 random bits as `ek_` and 32 letters and digits. Throws std::runtime_error when the system
/// gives no random bits.
std::string fresh_token();

class token_book {
public:
  /// Reads a file of tokens. Throws std::runtime_error with one clear sentence: it cannot be read,
  /// is no regular file, may be written by others than its owner, is over 2 MiB, or holds a
  /// mistake.
  explicit token_book(const std::string& file);

  /// What this token allows; null: it is nobody's. Takes as long wherever the token stands, and
  /// however much of a digest is right.
  [[nodiscard]] const core::client_access* find(std::string_view token) const;
  /// The same for its digest.
  [[nodiscard]] const core::client_access* find(const core::token_digest& digest) const;
  [[nodiscard]] std::size_t size() const { return table_.entries.size(); }

private:
  core::token_table table_;
};

/// Appends a line to a file of tokens, which is made (mode 0600) if it is missing. Throws
/// std::runtime_error as the constructor above does, before anything is changed.
void append_token(const std::string& file, const core::token_entry& entry);

} // namespace evenkeel
