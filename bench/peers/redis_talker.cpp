#include "bench/peers/payload.hpp"
#include "bench/peers/talkers.hpp"

#include <initializer_list>

namespace evenkeel::bench {

namespace {

constexpr std::string_view peer = "Redis";

void append_command(std::string& out, std::initializer_list<std::string_view> words) {
  out.append("*").append(std::to_string(words.size())) += "\r\n";
  for (const auto word : words) {
    out.append("$").append(std::to_string(word.size())) += "\r\n";
    out.append(word) += "\r\n";
  }
}

/// The reply to LPUSH.
step take_number(std::string_view in) {
  const auto line = first_crlf_line(in);
  if (line.bytes > 0 && !line.text.starts_with(':'))
    throw wrong_reply(peer, "a number", line.text);
  return {line.bytes, false};
}

/// The reply to BRPOP: an array of the key, and an element of `size` bytes.
struct popped {
  std::string_view element;
  std::size_t bytes = 0; ///< all of it; 0: it is not complete
};

popped first_popped(std::string_view in, std::string_view key, std::size_t size) {
  std::string head;
  append_command(head, {key}); // of two elements in truth
  head[1] = '2';
  head.append("$").append(std::to_string(size)) += "\r\n";
  if (in.size() < head.size() + size + 2)
    return {};
  if (!in.starts_with(head))
    throw wrong_reply(peer, "an element of " + std::string(key), in);
  return {in.substr(head.size(), size), head.size() + size + 2};
}

class redis_talker : public talker {
public:
  redis_talker(task what, std::uint32_t number)
      : what_(what), list_("r" + padded(number, payload::client_digits)), payload_(number) {}

  void begin(std::string& out) override {
    append_command(out, {"LPUSH", "jobs", payload_.next()});
    if (what_ == task::roundtrip)
      append_command(out, {"BRPOP", list_, "0"});
  }

  step take(std::string_view in, std::string& /*out*/) override {
    if (!waits_) {
      const auto done = take_number(in);
      waits_ = done.bytes > 0 && what_ == task::roundtrip;
      return {done.bytes, done.bytes > 0 && !waits_};
    }
    const auto got = first_popped(in, list_, payload::id_size);
    if (got.bytes > 0 && got.element != payload_.id())
      throw wrong_reply(peer, payload_.id(), got.element);
    waits_ = got.bytes == 0;
    return {got.bytes, !waits_};
  }

private:
  task what_;
  std::string list_;
  payload payload_;
  bool waits_ = false; ///< the next reply is that of BRPOP
};

/// Sends the result and its next question at once.
class redis_worker_talker : public talker {
public:
  void begin(std::string& out) override { append_command(out, {"BRPOP", "jobs", "0"}); }

  step take(std::string_view in, std::string& out) override {
    if (pushed_) {
      const auto done = take_number(in);
      pushed_ = done.bytes == 0;
      return done;
    }
    const auto got = first_popped(in, "jobs", payload::size);
    if (got.bytes == 0)
      return {};
    const auto list = "r" + std::string(client_of(got.element));
    append_command(out, {"LPUSH", list, got.element.substr(0, payload::id_size)});
    begin(out);
    pushed_ = true;
    return {got.bytes, true};
  }

private:
  bool pushed_ = false; ///< the next reply is that of LPUSH
};

} // namespace

std::unique_ptr<talker> redis_client(task what, std::uint32_t number) {
  return std::make_unique<redis_talker>(what, number);
}

std::unique_ptr<talker> redis_worker() {
  return std::make_unique<redis_worker_talker>();
}

} // namespace evenkeel::bench
