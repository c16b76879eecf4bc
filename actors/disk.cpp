#include "actors/disk.hpp"

#include "actors/clock.hpp"
#include "actors/log.hpp"
#include "persistence/directory_claim.hpp"
#include "persistence/leveldb_store.hpp"
#include "persistence/recovery.hpp"

#include <cstdlib>
#include <filesystem>
#include <limits>
#include <random>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace evenkeel {

namespace {

void log_report(const persistence::open_report& report) {
  for (const auto& warning : report.warnings)
    log_line(core::note::level::warning, warning);
}

void insist(const persistence::status& state) {
  if (state.code == persistence::store_error::io)
    throw disk_error(state.text);
  if (!state.ok())
    throw std::runtime_error(state.text);
}

} // namespace

std::shared_ptr<persistence::store> open_disk(const std::string& directory) {
  auto result = persistence::open_leveldb_store(directory);
  log_report(result.report);
  insist(result.state);
  return std::move(result.opened);
}

std::shared_ptr<const void> claim_disk(const std::string& directory) {
  auto claim = persistence::claim_directory(directory);
  insist(claim.state);
  return std::move(claim.held);
}

std::uint64_t recover_disk(persistence::store& disk,
                           const std::function<void(record::value&&)>& on_record) {
  persistence::open_report report;
  std::uint64_t count = 0;
  const auto state = persistence::recover(
      disk,
      [&](record::value&& content) {
        ++count;
        on_record(std::move(content));
      },
      report, read_clock().wall_ms);
  log_report(report);
  insist(state);
  return count;
}

void disk_failed(const std::string& why) {
  log_line(core::note::level::error, "stopping at once, nothing more is acknowledged: " + why);
  std::_Exit(exit_io_error);
}

std::uint64_t free_disk_bytes(const std::string& directory) {
  std::error_code error;
  const auto space = std::filesystem::space(directory, error);
  return error ? std::numeric_limits<std::uint64_t>::max() : space.available;
}

std::uint64_t random_bits() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32U) | device();
}

} // namespace evenkeel
