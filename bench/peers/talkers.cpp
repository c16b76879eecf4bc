#include "bench/peers/talkers.hpp"

#include "bench/peers/payload.hpp"

#include <stdexcept>

namespace evenkeel::bench {

namespace {

class echo_talker : public talker {
public:
  explicit echo_talker(std::uint32_t number) : payload_(number) {}

  void begin(std::string& out) override { out += payload_.next(); }

  step take(std::string_view in, std::string& /*out*/) override {
    if (in.size() < payload::size)
      return {};
    if (!in.starts_with(payload_.id()))
      throw wrong_reply("echo", payload_.id(), in);
    return {payload::size, true};
  }

private:
  payload payload_;
};

} // namespace

std::unique_ptr<talker> echo_client(std::uint32_t number) {
  return std::make_unique<echo_talker>(number);
}

std::unique_ptr<talker> worker_of(const std::string& peer) {
  if (peer == "beanstalkd")
    return beanstalkd_worker();
  if (peer == "redis")
    return redis_worker();
  if (peer == "gearman")
    return gearman_worker();
  throw std::invalid_argument("there are no workers of \"" + peer + '"');
}

} // namespace evenkeel::bench
