#include "tls/sealed_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace evenkeel::tls {

namespace {

[[noreturn]] void fail(int error) {
  throw std::system_error(error, std::generic_category(), "a file in memory");
}

} // namespace

sealed_file::sealed_file(std::string_view bytes)
    : descriptor_(memfd_create("evenkeel", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
  if (descriptor_ < 0)
    fail(errno);
  bool good = true;
  while (good && !bytes.empty()) {
    const auto written = write(descriptor_, bytes.data(), bytes.size());
    good = written > 0 || (written < 0 && errno == EINTR);
    if (written > 0)
      bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  constexpr auto seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (!good || fcntl(descriptor_, F_ADD_SEALS, seals) != 0) {
    const auto error = errno;
    close(descriptor_);
    fail(error);
  }
}

sealed_file::sealed_file(sealed_file&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

sealed_file::~sealed_file() {
  if (descriptor_ >= 0)
    close(descriptor_);
}

std::string sealed_file::path() const {
  return "/proc/self/fd/" + std::to_string(descriptor_);
}

} // namespace evenkeel::tls
