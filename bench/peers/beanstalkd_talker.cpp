#include "bench/peers/payload.hpp"
#include "bench/peers/talkers.hpp"

#include <charconv>

namespace evenkeel::bench {

namespace {

constexpr std::string_view peer = "beanstalkd";

void append_put(std::string& out, std::string_view data) {
  out += "put 0 0 60 ";
  out += std::to_string(data.size());
  out += "\r\n";
  out += data;
  out += "\r\n";
}

/// RESERVED <id> <bytes>, and the data in the lines behind it.
struct reservation {
  std::string_view id;
  std::string_view data;
  std::size_t bytes = 0; ///< all of it; 0: it is not complete
};

reservation first_reservation(std::string_view in) {
  constexpr std::string_view word = "RESERVED ";
  const auto line = first_crlf_line(in);
  if (line.bytes == 0)
    return {};
  const auto blank = line.text.rfind(' ');
  if (!line.text.starts_with(word) || blank < word.size())
    throw wrong_reply(peer, "RESERVED", line.text);
  std::size_t size = 0;
  std::from_chars(line.text.data() + blank + 1, line.text.data() + line.text.size(), size);
  if (in.size() < line.bytes + size + 2)
    return {};
  return {line.text.substr(word.size(), blank - word.size()), in.substr(line.bytes, size),
          line.bytes + size + 2};
}

/// A line that begins with `wanted`.
step take_line(std::string_view in, std::string_view wanted) {
  const auto line = first_crlf_line(in);
  if (line.bytes > 0 && !line.text.starts_with(wanted))
    throw wrong_reply(peer, wanted, line.text);
  return {line.bytes, false};
}

/// A result is there once it is reserved; it is deleted with the next job, which costs no wait.
class beanstalkd_talker : public talker {
public:
  beanstalkd_talker(task what, std::uint32_t number)
      : what_(what), tube_("r" + padded(number, payload::client_digits)), payload_(number) {}

  bool greet(std::string& out) override {
    out += "use jobs\r\nwatch " + tube_ + "\r\nignore default\r\n";
    return true;
  }

  void begin(std::string& out) override {
    if (!reserved_.empty())
      out.append("delete ").append(reserved_) += "\r\n";
    append_put(out, payload_.next());
    if (what_ == task::roundtrip)
      out += "reserve\r\n";
    next_ = reserved_.empty() ? expected::inserted : expected::deleted;
  }

  step take(std::string_view in, std::string& /*out*/) override {
    switch (next_) {
    case expected::used:
      return go_on(take_line(in, "USING jobs"), expected::watched);
    case expected::watched:
      return go_on(take_line(in, "WATCHING 2"), expected::ignored);
    case expected::ignored:
      return finish(take_line(in, "WATCHING 1"));
    case expected::deleted:
      return go_on(take_line(in, "DELETED"), expected::inserted);
    case expected::inserted:
      if (what_ == task::submit)
        return finish(take_line(in, "INSERTED "));
      return go_on(take_line(in, "INSERTED "), expected::result);
    case expected::result:
      return take_result(in);
    }
    return {};
  }

private:
  enum class expected { used, watched, ignored, deleted, inserted, result };

  step go_on(step done, expected next) {
    if (done.bytes > 0)
      next_ = next;
    return done;
  }
  step finish(step done) const { return {done.bytes, done.bytes > 0}; }

  step take_result(std::string_view in) {
    const auto got = first_reservation(in);
    if (got.bytes == 0)
      return {};
    if (got.data != payload_.id())
      throw wrong_reply(peer, payload_.id(), got.data);
    reserved_ = got.id;
    return {got.bytes, true};
  }

  task what_;
  std::string tube_;
  payload payload_;
  std::string reserved_; ///< the latest result's job, not deleted yet
  expected next_ = expected::used;
};

/// Sends the result, the deletion and its next question at once.
class beanstalkd_worker_talker : public talker {
public:
  bool greet(std::string& out) override {
    out += "watch jobs\r\nignore default\r\n";
    return true;
  }

  void begin(std::string& out) override {
    out += "reserve\r\n";
    next_ = expected::job;
  }

  step take(std::string_view in, std::string& out) override {
    switch (next_) {
    case expected::watched:
      return go_on(take_line(in, "WATCHING 2"), expected::ignored);
    case expected::ignored: {
      const auto done = take_line(in, "WATCHING 1");
      return {done.bytes, done.bytes > 0};
    }
    case expected::used:
      return go_on(take_line(in, "USING "), expected::inserted);
    case expected::inserted:
      return go_on(take_line(in, "INSERTED "), expected::deleted);
    case expected::deleted:
      return go_on(take_line(in, "DELETED"), expected::job);
    case expected::job:
      return take_job(in, out);
    }
    return {};
  }

private:
  enum class expected { watched, ignored, used, inserted, deleted, job };

  step go_on(step done, expected next) {
    if (done.bytes > 0)
      next_ = next;
    return done;
  }

  step take_job(std::string_view in, std::string& out) {
    const auto got = first_reservation(in);
    if (got.bytes == 0)
      return {};
    out.append("use r").append(client_of(got.data)) += "\r\n";
    append_put(out, got.data.substr(0, payload::id_size));
    out.append("delete ").append(got.id) += "\r\nreserve\r\n";
    next_ = expected::used;
    return {got.bytes, true};
  }

  expected next_ = expected::watched;
};

} // namespace

std::unique_ptr<talker> beanstalkd_client(task what, std::uint32_t number) {
  return std::make_unique<beanstalkd_talker>(what, number);
}

std::unique_ptr<talker> beanstalkd_worker() {
  return std::make_unique<beanstalkd_worker_talker>();
}

} // namespace evenkeel::bench
