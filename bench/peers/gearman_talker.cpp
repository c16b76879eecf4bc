#include "bench/peers/payload.hpp"
#include "bench/peers/talkers.hpp"

#include <arpa/inet.h>

#include <cstring>

namespace evenkeel::bench {

namespace {

constexpr std::string_view peer = "gearmand";
constexpr std::string_view function = "job";
constexpr std::size_t header_size = 12;

/// Numbers of the protocol's packets.
enum class packet : std::uint32_t {
  can_do = 1,
  pre_sleep = 4,
  noop = 6,
  submit_job = 7,
  job_created = 8,
  grab_job = 9,
  no_job = 10,
  job_assign = 11,
  work_complete = 13,
  submit_job_background = 18,
};

void append_number(std::string& out, std::uint32_t value) {
  const auto network = htonl(value);
  out.append(reinterpret_cast<const char*>(&network), sizeof network);
}

std::uint32_t number_at(std::string_view in, std::size_t at) {
  std::uint32_t network = 0;
  std::memcpy(&network, in.data() + at, sizeof network);
  return ntohl(network);
}

void append_packet(std::string& out, packet type, std::string_view data = {}) {
  out.append("\0REQ", 4);
  append_number(out, static_cast<std::uint32_t>(type));
  append_number(out, static_cast<std::uint32_t>(data.size()));
  out += data;
}

struct response {
  packet type{};
  std::string_view data;
  std::size_t bytes = 0; ///< 0: it is not complete
};

response first_response(std::string_view in) {
  if (in.size() < header_size)
    return {};
  if (!in.starts_with(std::string_view("\0RES", 4)))
    throw wrong_reply(peer, "a response", in);
  const std::size_t size = number_at(in, 8);
  if (in.size() < header_size + size)
    return {};
  return {static_cast<packet>(number_at(in, 4)), in.substr(header_size, size), header_size + size};
}

[[noreturn]] void fail(std::string_view wanted, const response& got) {
  throw wrong_reply(peer, wanted,
                    "packet " + std::to_string(static_cast<std::uint32_t>(got.type)) + ": "
                        + std::string(got.data));
}

class gearman_talker : public talker {
public:
  gearman_talker(task what, std::uint32_t number) : what_(what), payload_(number) {}

  void begin(std::string& out) override {
    data_.assign(function);
    data_.append(2, '\0'); // no unique id: gearmand makes one
    data_ += payload_.next();
    append_packet(out, what_ == task::submit ? packet::submit_job_background : packet::submit_job,
                  data_);
  }

  step take(std::string_view in, std::string& /*out*/) override {
    const auto got = first_response(in);
    if (got.bytes == 0)
      return {};
    if (waits_)
      check_result(got);
    else if (got.type != packet::job_created)
      fail("JOB_CREATED", got);
    waits_ = !waits_ && what_ == task::roundtrip;
    return {got.bytes, !waits_};
  }

private:
  void check_result(const response& got) const {
    if (got.type != packet::work_complete
        || got.data.substr(got.data.find('\0') + 1) != payload_.id())
      fail("the result " + std::string(payload_.id()), got);
  }

  task what_;
  payload payload_;
  std::string data_;
  bool waits_ = false; ///< the job is created
};

/// Sends the result and its next question at once.
class gearman_worker_talker : public talker {
public:
  void begin(std::string& out) override {
    append_packet(out, packet::can_do, function);
    append_packet(out, packet::grab_job);
  }

  step take(std::string_view in, std::string& out) override {
    const auto got = first_response(in);
    if (got.bytes == 0)
      return {};
    if (got.type == packet::job_assign)
      work(got, out);
    else if (got.type == packet::no_job)
      append_packet(out, packet::pre_sleep);
    else if (got.type == packet::noop)
      append_packet(out, packet::grab_job);
    else
      fail("JOB_ASSIGN, NO_JOB or NOOP", got);
    return {got.bytes, got.type == packet::job_assign};
  }

private:
  void work(const response& got, std::string& out) {
    const auto handle_end = got.data.find('\0');
    const auto job = got.data.find('\0', handle_end + 1);
    if (job == std::string_view::npos)
      fail("a handle, a function and a job", got);
    data_ = got.data.substr(0, handle_end + 1);
    data_ += got.data.substr(job + 1, payload::id_size);
    append_packet(out, packet::work_complete, data_);
    append_packet(out, packet::grab_job);
  }

  std::string data_;
};

} // namespace

std::unique_ptr<talker> gearman_client(task what, std::uint32_t number) {
  return std::make_unique<gearman_talker>(what, number);
}

std::unique_ptr<talker> gearman_worker() {
  return std::make_unique<gearman_worker_talker>();
}

} // namespace evenkeel::bench
