// What a node does when its disk is nearly full, and full. The disk is a tmpfs of its own, which
// only root may mount: without that these tests are skipped, with a message.
#include "cluster.hpp"

#include <doctest/doctest.h>

#include <sys/mount.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace evenkeel::test;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20U;

/// A file system of 48 MiB at `path`, gone with this object.
class small_disk {
public:
  explicit small_disk(std::filesystem::path path) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
    mounted_ = ::mount("evenkeel-test", path_.c_str(), "tmpfs", 0, "size=48m") == 0;
    if (!mounted_)
      MESSAGE("skipped: only root can mount a small disk");
  }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;
  ~small_disk() {
    if (mounted_)
      ::umount2(path_.c_str(), MNT_DETACH);
  }
  [[nodiscard]] bool mounted() const { return mounted_; }

  /// Leaves `free` bytes, about; 0: none at all.
  void fill(std::uintmax_t free) {
    std::ofstream file(filler(), std::ios::binary | std::ios::app);
    const std::string piece(4096, 'x');
    while (file && std::filesystem::space(path_).available > free)
      file.write(piece.data(), static_cast<std::streamsize>(piece.size())).flush();
  }
  void make_room() { std::filesystem::remove(filler()); }

private:
  [[nodiscard]] std::filesystem::path filler() const { return path_ / "filler"; }

  std::filesystem::path path_;
  bool mounted_ = false;
};

/// Submits until the reply begins otherwise than with +OK; returns that reply.
std::string submit_until_refused(session& client, std::vector<std::string>& tickets) {
  for (;;) {
    auto reply = client.ask("SUBMIT -- true " + std::string(1000, 'x'));
    if (!reply.starts_with("+OK"))
      return reply;
    tickets.push_back(field(reply, "ticket"));
  }
}

} // namespace

TEST_CASE("R13: below the reserve submissions get -BUSY while results are taken and kept") {
  cluster all;
  small_disk disk{all.data("a")};
  if (!disk.mounted())
    return;
  all.start_proxy();
  all.start_node("a", {"--disk-reserve", std::to_string(16 * mib)});
  const auto go = (all.directory() / "go").string();
  const auto ticket =
      all.submit("a", 1, "SUBMIT -- until [ -e " + go + " ]; do sleep 0.02; done; echo done")
          .front();
  disk.fill(8 * mib);
  all.at("a").await("the disk is nearly full: submissions are refused");
  auto client = all.connect("a");
  CHECK(client.ask("SUBMIT -- true").starts_with("-BUSY"));
  CHECK(client.ask("STATUS " + ticket).starts_with("+OK"));
  std::ofstream{go} << "now";
  std::string bytes;
  client.ask_result("WAIT " + ticket, bytes);
  CHECK(bytes == "done\n");
  disk.make_room();
  all.at("a").await("the disk has room again: submissions are taken");
  CHECK(client.ask("SUBMIT -- true").starts_with("+OK"));
}

TEST_CASE("R13: a start on a full disk is one clear line and exit status 74") {
  cluster all;
  small_disk disk{all.data("small")};
  if (!disk.mounted())
    return;
  disk.fill(0);
  const std::vector<std::vector<std::string>> starts{{"proxy", "0"},
                                                     {"node", "--client-port", "0"}};
  for (auto arguments : starts) {
    arguments.insert(arguments.end(), {"--data", (all.data("small") / arguments.front()).string()});
    process started{arguments};
    CHECK(started.wait() == 74);
    const auto log = started.log();
    CHECK(log.find("No space left on device") + 24 == log.size());
    CHECK(log.find("evenkeel: ") != std::string::npos);
  }
}

TEST_CASE("R13: a full disk ends the node with one clear line and nothing acknowledged is lost") {
  cluster all;
  small_disk disk{all.data("a")};
  if (!disk.mounted())
    return;
  all.start_proxy();
  all.start_node("a", {"--disk-reserve", "0"});
  auto tickets = all.submit("a", 20, "SUBMIT -- echo $EVENKEEL_TICKET");
  disk.fill(0);
  auto client = all.connect("a");
  CHECK(submit_until_refused(client, tickets) == "<closed>");
  CHECK(all.at("a").wait() == 74);
  const auto log = all.at("a").log();
  const auto line = log.find("stopping at once, nothing more is acknowledged: data directory "
                             + all.data("a").string());
  REQUIRE(line != std::string::npos);
  CHECK(log.find("No space left on device", line) < log.find('\n', line));
  CHECK(log.find("stopping at once", line + 1) == std::string::npos);

  disk.make_room();
  all.start_node("a");
  auto back = all.connect("a");
  for (const auto& ticket : tickets) {
    std::string reply;
    do
      reply = back.ask("STATUS " + ticket);
    while (reply.starts_with("-UNAVAILABLE"));
    CHECK(reply.starts_with("+OK ticket=" + ticket));
  }
}
