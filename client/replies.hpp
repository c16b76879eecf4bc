// Replies of a node, cut out of the bytes of a connection: a line, a line with `bytes=N` and a
// body, or a list that ends with a dot. docs/protocol.md is the grammar. Owns: the bytes that have
// come and were not taken yet. Must not know: sockets, what was asked. Not read: HELP, whose first
// line does not tell that lines follow.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::client {

/// One reply. Its views are valid until the reader is fed again.
struct reply {
  std::string_view line; ///< the first line, without its end
  std::string_view body; ///< raw output, or a list's records without the dot

  [[nodiscard]] bool ok() const { return line.starts_with('+'); }
  /// "BUSY" of "-BUSY ..."; empty if it is a success.
  [[nodiscard]] std::string_view code() const;
  /// Value of `name=` in the first line; empty if there is none.
  [[nodiscard]] std::string_view field(std::string_view name) const;
};

/// Value of `name=` among fields that are separated by blanks, TABs or line ends.
std::optional<std::string_view> find_field(std::string_view text, std::string_view name);

class reply_reader {
public:
  void feed(std::string_view bytes);
  /// The next complete reply, if it is there.
  std::optional<reply> next();
  /// What came is not this protocol; there will be no further reply.
  [[nodiscard]] bool broken() const { return broken_; }

private:
  std::optional<reply> take_body(std::string_view line, std::string_view rest,
                                 std::string_view size);
  std::optional<reply> take_list(std::string_view line, std::string_view rest);
  std::optional<reply> fail();

  std::string buffer_;
  std::size_t taken_ = 0; ///< bytes of buffer_ that earlier replies had
  bool broken_ = false;
};

} // namespace evenkeel::client
