#include "tls/pem.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace evenkeel::tls {

namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20U;

class descriptor {
public:
  explicit descriptor(int number) : number_(number) {}
  ~descriptor() { close(number_); }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

private:
  int number_;
};

[[noreturn]] void fail() {
  throw std::runtime_error(std::strerror(errno));
}

void require_usable(int file, bool secret) {
  struct stat about {};
  if (fstat(file, &about) != 0)
    fail();
  if (!S_ISREG(about.st_mode))
    throw std::runtime_error("is not a file");
  if (secret && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    std::array<char, 8> mode{};
    std::snprintf(mode.data(), mode.size(), "%04o", about.st_mode & 07777U);
    throw std::runtime_error(std::string("others than its owner have rights to it (mode ")
                             + mode.data() + "): chmod 600");
  }
}

/// No prompt on anybody's terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

} // namespace

std::string read_small_file(const std::string& name, bool secret) {
  const descriptor file{open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)}; // or a FIFO waits
  if (file.number() < 0)
    fail();
  require_usable(file.number(), secret);
  std::string bytes;
  std::array<char, 16384> buffer{};
  while (bytes.size() <= most_bytes) {
    const auto size = read(file.number(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR)
      continue;
    if (size < 0)
      fail();
    if (size == 0)
      return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(size));
  }
  throw std::runtime_error("is larger than 1 MiB");
}

std::vector<certificate> certificates_in(std::string_view pem) {
  const auto from = reader_of(pem);
  std::vector<certificate> found;
  while (auto* one = PEM_read_bio_X509(from.get(), nullptr, no_passphrase, nullptr))
    found.emplace_back(one);
  const auto end = ERR_peek_last_error();
  const bool clean = ERR_GET_LIB(end) == ERR_LIB_PEM && ERR_GET_REASON(end) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!clean)
    found.clear();
  return found;
}

private_key key_in(std::string_view pem) {
  const auto from = reader_of(pem);
  private_key found{PEM_read_bio_PrivateKey(from.get(), nullptr, no_passphrase, nullptr)};
  ERR_clear_error();
  return found;
}

} // namespace evenkeel::tls
