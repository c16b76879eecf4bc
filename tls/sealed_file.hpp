// Bytes that can be opened as a file and that nobody can change: CAF reads its key and certificates
// anew for each connection and ends the process if it cannot, so it gets these, not the files on
// disk. Owns: an anonymous file in memory, closed in children.
#pragma once

#include <string>
#include <string_view>

namespace evenkeel::tls {

class sealed_file {
public:
  /// Throws std::system_error.
  explicit sealed_file(std::string_view bytes);
  ~sealed_file();
  sealed_file(sealed_file&& other) noexcept;
  sealed_file(const sealed_file&) = delete;
  sealed_file& operator=(const sealed_file&) = delete;
  sealed_file& operator=(sealed_file&&) = delete;

  /// Valid in this process as long as this object lives.
  [[nodiscard]] std::string path() const;

private:
  int descriptor_;
};

} // namespace evenkeel::tls
