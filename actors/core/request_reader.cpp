#include "actors/core/request_reader.hpp"

#include "actors/core/request_parser.hpp"
#include "actors/core/request_words.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::core {

namespace {

/// Beyond this an empty buffer gives its memory back: most connections idle most of the time.
constexpr std::size_t idle_capacity = 4096;

bool all_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_blank(c) || c == '\r'; });
}

} // namespace

request_reader::request_reader(const client_limits& limits, client_access access)
    : limits_{limits}, access_{std::move(access)} {}

// -- what is unparsed ---------------------------------------------------------

std::string_view request_reader::rest() const {
  return direct_ ? fed_ : std::string_view{buffer_}.substr(begin_);
}

void request_reader::consume(std::size_t bytes) {
  if (direct_)
    fed_.remove_prefix(bytes);
  else
    begin_ += bytes;
  searched_ = 0;
}

void request_reader::feed(std::string_view bytes) {
  if (direct_ || begin_ < buffer_.size()) {
    settle();
    buffer_.append(bytes);
    return;
  }
  fed_ = bytes;
  direct_ = true;
}

void request_reader::settle() {
  if (direct_) {
    buffer_.assign(fed_);
    begin_ = 0;
    direct_ = false;
  } else if (begin_ == buffer_.size() || begin_ > buffer_.size() / 2) {
    buffer_.erase(0, begin_); // at most as many bytes move as were consumed since
    begin_ = 0;
  }
  fed_ = {};
  release();
}

void request_reader::release() {
  if (buffer_.empty() && buffer_.capacity() > idle_capacity)
    std::string{}.swap(buffer_);
}

void request_reader::stop() {
  direct_ = false;
  fed_ = {};
  begin_ = 0;
  buffer_.clear();
  release();
  in_body_ = false;
  open_ = {};
}

// -- lines --------------------------------------------------------------------

bool request_reader::take_line(std::string_view& line) {
  const auto unread = rest();
  const auto end = unread.find('\n', searched_);
  if (end == std::string_view::npos) {
    searched_ = unread.size();
    // One byte over the limit may still turn out to be the CR of a CRLF.
    too_long_ = unread.size() > limits_.line_bytes + 1;
    return too_long_;
  }
  line = unread.substr(0, end);
  crlf_ = !line.empty() && line.back() == '\r';
  if (crlf_)
    line.remove_suffix(1);
  too_long_ = line.size() > limits_.line_bytes;
  consume(end + 1);
  return true;
}

bool request_reader::refuse_line(parsed_request& into) const {
  into = {};
  into.refuse_and_close(errc::too_big, "a line may have up to " + std::to_string(limits_.line_bytes)
                                           + " bytes; closing");
  return true;
}

bool request_reader::next(parsed_request& into) {
  std::string_view line;
  while (true) {
    if (in_body_) {
      if (read_body() == progress::more)
        return false;
      into = std::exchange(open_, {});
      return true;
    }
    if (!take_line(line))
      break;
    if (too_long_)
      return refuse_line(into);
    parse_request(line, limits_, into);
    if (into.action == request_action::nothing)
      continue;
    deny_unless_allowed(access_, into);
    if (into.body.end == body_end::none)
      return true;
    open_ = std::move(into);
    in_body_ = true;
    strip_cr_ = crlf_;
    taken_ = 0;
  }
  if (!ended_ || rest().empty())
    return false;
  const auto blank = all_blank(rest());
  consume(rest().size());
  into = {};
  into.refuse_and_close(errc::bad_request, "the last line has no newline: it was not executed");
  return !blank;
}

// -- bodies -------------------------------------------------------------------

request_reader::progress request_reader::fail(errc code, const char* text) {
  in_body_ = false;
  open_.refuse_and_close(code, text);
  open_.request = {};
  return progress::ready;
}

request_reader::progress request_reader::read_body() {
  const auto read = open_.body.end == body_end::counted ? read_counted() : read_lines();
  if (read == progress::ready || !ended_)
    return read;
  consume(rest().size());
  return fail(errc::bad_request, "the input ended inside a body: nothing was submitted");
}

request_reader::progress request_reader::read_counted() {
  const auto piece = rest().substr(0, static_cast<std::size_t>(open_.body.bytes - taken_));
  if (open_.action == request_action::ask)
    open_.request.spec.body.append(piece);
  taken_ += piece.size();
  consume(piece.size());
  return taken_ < open_.body.bytes ? progress::more : read_counted_end();
}

request_reader::progress request_reader::read_counted_end() {
  const auto behind = rest().substr(0, 2);
  if (behind.empty() || behind == "\r")
    return progress::more;
  if (behind.front() != '\n' && behind != "\r\n")
    return fail(errc::bad_request,
                "no newline behind the bytes of the body: is bytes= right? closing");
  consume(behind.front() == '\n' ? 1 : 2);
  in_body_ = false;
  return progress::ready;
}

request_reader::progress request_reader::read_lines() {
  std::string_view line;
  while (take_line(line)) {
    if (too_long_)
      return fail(errc::too_big, "a line of the body is too long; closing");
    const auto keep_cr = crlf_ && !strip_cr_;
    if (line == open_.body.word && !keep_cr) {
      in_body_ = false;
      return progress::ready;
    }
    taken_ += line.size() + (keep_cr ? 2 : 1);
    if (taken_ > limits_.body_bytes)
      return fail(errc::too_big, "the body is too big; closing");
    if (open_.action == request_action::ask)
      open_.request.spec.body.append(line).append(keep_cr ? "\r\n" : "\n");
  }
  return progress::more;
}

} // namespace evenkeel::core
