#include "actors/token_book.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace evenkeel {

namespace {

constexpr std::size_t max_file_bytes = std::size_t{2} << 20U;

[[noreturn]] void fail(const std::string& file, const std::string& what) {
  throw std::runtime_error(file + ": " + what);
}

[[noreturn]] void fail_with_errno(const std::string& file, const char* what) {
  fail(file, std::string{what} + std::strerror(errno));
}

/// An open file of tokens.
class token_file {
public:
  token_file(const std::string& name, int flags)
      : name_{name}, descriptor_{
                         open(name.c_str(), flags | O_CLOEXEC | O_NONBLOCK, S_IRUSR | S_IWUSR)} {
    if (descriptor_ < 0)
      fail_with_errno(name_, "cannot be opened: ");
    try {
      check();
    } catch (...) {
      close(descriptor_);
      throw;
    }
  }
  ~token_file() { close(descriptor_); }
  token_file(const token_file&) = delete;
  token_file& operator=(const token_file&) = delete;

  [[nodiscard]] std::string content() const {
    std::string text;
    std::array<char, 65536> piece{};
    while (true) {
      const auto bytes = read(descriptor_, piece.data(), piece.size());
      if (bytes < 0 && errno != EINTR)
        fail_with_errno(name_, "cannot be read: ");
      if (bytes == 0)
        return text;
      if (bytes > 0)
        text.append(piece.data(), static_cast<std::size_t>(bytes));
      if (text.size() > max_file_bytes)
        fail(name_, "is over " + std::to_string(max_file_bytes) + " bytes");
    }
  }

  void append(const std::string& text) const {
    const auto written = write(descriptor_, text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size()) || fsync(descriptor_) != 0)
      fail_with_errno(name_, "cannot be written: ");
  }

private:
  void check() const {
    struct stat found {};
    if (fstat(descriptor_, &found) != 0)
      fail_with_errno(name_, "cannot be looked at: ");
    if (!S_ISREG(found.st_mode))
      fail(name_, "is not a file");
    if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0)
      fail(name_, "may be written by others than its owner, who could let themselves in: chmod "
                  "go-w it");
  }

  std::string name_;
  int descriptor_;
};

core::token_table checked_table(const std::string& text, const std::string& file) {
  auto table = core::parse_tokens(text, file);
  if (!table.problem.empty())
    throw std::runtime_error(table.problem);
  return table;
}

} // namespace

core::token_digest sha256(std::string_view text) {
  core::token_digest digest{};
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 cannot be had of OpenSSL");
  return digest;
}

std::string fresh_token() {
  constexpr std::string_view letters = "0123456789abcdefghjkmnpqrstvwxyz"; // 32: five bits each
  std::array<unsigned char, 32> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
    throw std::runtime_error("OpenSSL gives no random bits");
  std::string token = "ek_";
  for (const auto byte : random)
    token += letters[byte % letters.size()];
  return token;
}

token_book::token_book(const std::string& file)
    : table_{checked_table(token_file{file, O_RDONLY}.content(), file)} {}

const core::client_access* token_book::find(std::string_view token) const {
  return find(sha256(token));
}

const core::client_access* token_book::find(const core::token_digest& digest) const {
  const core::client_access* found = nullptr;
  for (const auto& entry : table_.entries)
    if (CRYPTO_memcmp(digest.data(), entry.digest.data(), digest.size()) == 0)
      found = &entry.access;
  return found;
}

void append_token(const std::string& file, const core::token_entry& entry) {
  const token_file opened{file, O_RDWR | O_APPEND | O_CREAT};
  auto text = opened.content();
  if (!text.empty() && text.back() != '\n')
    fail(file, "its last line has no end");
  const auto line = core::token_line(entry) + '\n';
  checked_table(text + line, file);
  opened.append(line);
}

} // namespace evenkeel
