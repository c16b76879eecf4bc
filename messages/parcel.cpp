#include "messages/parcel.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace evenkeel {

namespace {

/// As many texts as `detached` has bits.
constexpr std::size_t max_texts = 8;

// -- the texts that may travel ahead, in the order of their bits
// ----------------------------------------

using texts = std::vector<std::string*>;

texts long_texts(submit_batch& x) {
  if (x.jobs.size() != 1)
    return {};
  return {&x.jobs[0].spec.text, &x.jobs[0].spec.body};
}

texts long_texts(assign_batch& x) {
  if (x.jobs.size() != 1)
    return {};
  return {&x.jobs[0].spec.text, &x.jobs[0].spec.body};
}

texts long_texts(result_batch& x) {
  if (x.results.size() != 1)
    return {};
  return {&x.results[0].result.out, &x.results[0].result.err};
}

texts long_texts(answer& x) {
  texts result;
  for (auto& output : x.content.outputs)
    if (result.size() < max_texts)
      result.push_back(&output);
  return result;
}

template <class T>
concept has_long_texts = requires(T& x) {
  long_texts(x);
};

std::size_t bytes_of(const submit_batch& x) {
  return wire_size(x.jobs);
}
std::size_t bytes_of(const assign_batch& x) {
  return wire_size(x.jobs);
}
std::size_t bytes_of(const result_batch& x) {
  return wire_size(x.results);
}
std::size_t bytes_of(const answer& x) {
  return wire_size(x);
}

// -- cutting
// ------------------------------------------------------------------------------------------

template <class Message>
class splitter {
public:
  explicit splitter(std::size_t limit) : limit_{limit} {}

  std::vector<Message> take() { return std::move(out_); }

  /// What cannot be cut, or never needs to be.
  template <class T>
  void operator()(T&& x) {
    emit(std::forward<T>(x));
  }

  void operator()(submit_batch&& x) { batch(std::move(x), &submit_batch::jobs); }
  void operator()(assign_batch&& x) { batch(std::move(x), &assign_batch::jobs); }
  void operator()(result_batch&& x) { batch(std::move(x), &result_batch::results); }
  void operator()(release_batch&& x) { list(std::move(x), &release_batch::attempts); }
  void operator()(cancel_batch&& x) { list(std::move(x), &cancel_batch::sequences); }
  void operator()(verdict_batch&& x) { list(std::move(x), &verdict_batch::verdicts); }
  void operator()(grant_batch&& x) { list(std::move(x), &grant_batch::granted); }
  void operator()(result_ack&& x) { list(std::move(x), &result_ack::attempts); }
  void operator()(audit&& x) { list(std::move(x), &audit::unfinished); }
  void operator()(spec_request&& x) { list(std::move(x), &spec_request::wanted); }
  void operator()(recall_batch&& x) { list(std::move(x), &recall_batch::attempts); }
  void operator()(stop_batch&& x) { list(std::move(x), &stop_batch::attempts); }
  void operator()(lost_attempt_batch&& x) { list(std::move(x), &lost_attempt_batch::attempts); }
  void operator()(grant_request&& x) { list(std::move(x), &grant_request::wanted); }
  void operator()(result_request&& x) { list(std::move(x), &result_request::attempts); }
  void operator()(answer&& x) { with_texts(std::move(x)); }

  /// The end marks close everything before them, so they stand on the last piece.
  void operator()(inventory&& x) {
    if (wire_size(x.held) + wire_size(x.unfinished) <= limit_)
      return emit(std::move(x));
    std::vector<inventory> pieces;
    for (auto& chunk : cut(std::move(x.held), limit_))
      pieces.push_back({false, false, std::move(chunk), {}});
    for (auto& chunk : cut(std::move(x.unfinished), limit_))
      pieces.push_back({false, false, {}, std::move(chunk)});
    pieces.back().executor_end = x.executor_end;
    pieces.back().home_end = x.home_end;
    for (auto& piece : pieces)
      emit(std::move(piece));
  }

  void operator()(result_exchange&& x) {
    if (wire_size(x.wanted.attempts) + wire_size(x.results.results) <= limit_)
      return emit(std::move(x));
    (*this)(std::move(x.results));
    for (auto& chunk : cut(std::move(x.wanted.attempts), limit_))
      emit(result_exchange{{std::move(chunk)}, {}});
  }

private:
  template <class T>
  void emit(T&& x) {
    out_.emplace_back(std::forward<T>(x));
  }

  template <class Batch, class Item>
  void list(Batch x, std::vector<Item> Batch::*items) {
    if (wire_size(x.*items) <= limit_)
      return emit(std::move(x));
    for (auto& chunk : cut(std::move(x.*items), limit_)) {
      Batch piece;
      piece.*items = std::move(chunk);
      emit(std::move(piece));
    }
  }

  template <class Batch, class Item>
  void batch(Batch x, std::vector<Item> Batch::*items) {
    if (wire_size(x.*items) <= limit_)
      return emit(std::move(x));
    for (auto& chunk : cut(std::move(x.*items), limit_)) {
      Batch piece;
      piece.*items = std::move(chunk);
      with_texts(std::move(piece));
    }
  }

  /// Sends the longest texts ahead until the rest fits.
  template <class T>
  void with_texts(T&& x) {
    const auto candidates = long_texts(x);
    auto rest = bytes_of(x);
    unsigned detached = 0;
    while (rest > limit_) {
      std::size_t longest = candidates.size();
      for (std::size_t i = 0; i < candidates.size(); ++i)
        if ((detached >> i & 1U) == 0 && !candidates[i]->empty()
            && (longest == candidates.size()
                || candidates[i]->size() > candidates[longest]->size()))
          longest = i;
      if (longest == candidates.size())
        break; // nothing left to cut
      detached |= 1U << longest;
      rest -= candidates[longest]->size();
    }
    for (std::size_t i = 0; i < candidates.size(); ++i)
      if ((detached >> i & 1U) != 0)
        send_ahead(std::exchange(*candidates[i], {}));
    x.detached = static_cast<std::uint8_t>(detached);
    emit(std::forward<T>(x));
  }

  void send_ahead(const std::string& text) {
    const auto piece = std::clamp<std::size_t>(limit_, 1, text_part_limit);
    for (std::size_t at = 0; at < text.size(); at += piece)
      emit(text_part{at + piece >= text.size(), text.substr(at, piece)});
  }

  std::size_t limit_;
  std::vector<Message> out_;
};

} // namespace

template <class Message>
std::vector<Message> split(Message message, std::size_t limit) {
  splitter<Message> cutter{limit};
  std::visit([&](auto& x) { cutter(std::move(x)); }, message);
  return cutter.take();
}

template std::vector<node_message> split(node_message, std::size_t);
template std::vector<proxy_message> split(proxy_message, std::size_t);

// -- joining
// ------------------------------------------------------------------------------------------

template <class Message>
std::optional<Message> joiner<Message>::accept(Message message) {
  if (broken_)
    return std::nullopt;
  if (auto* part = std::get_if<text_part>(&message)) {
    take(std::move(*part));
    return std::nullopt;
  }
  if (open_ || !put_back(message)) {
    give_up();
    return std::nullopt;
  }
  return message;
}

template <class Message>
void joiner<Message>::take(text_part part) {
  if (!open_)
    texts_.emplace_back();
  buffered_ += part.bytes.size();
  if (part.bytes.empty() || texts_.size() > max_texts || buffered_ > limit_)
    return give_up();
  if (texts_.back().empty())
    texts_.back() = std::move(part.bytes);
  else
    texts_.back() += part.bytes;
  open_ = !part.last;
}

/// False: what came ahead is not what this message lacks.
template <class Message>
bool joiner<Message>::put_back(Message& message) {
  const auto fill = [this]<class T>(T& x) {
    if constexpr (has_long_texts<T>) {
      const auto places = long_texts(x);
      std::size_t used = 0;
      for (std::size_t i = 0; i < max_texts; ++i) {
        if ((static_cast<unsigned>(x.detached) >> i & 1U) == 0)
          continue;
        if (i >= places.size() || used >= texts_.size() || !places[i]->empty())
          return false;
        *places[i] = std::move(texts_[used++]);
      }
      x.detached = 0;
      return used == texts_.size();
    } else if constexpr (std::is_same_v<T, result_exchange>) {
      return x.results.detached == 0 && texts_.empty();
    } else {
      return texts_.empty();
    }
  };
  if (!std::visit(fill, message))
    return false;
  texts_.clear();
  buffered_ = 0;
  return true;
}

template <class Message>
void joiner<Message>::give_up() {
  broken_ = true;
  texts_ = {};
  buffered_ = 0;
}

template class joiner<node_message>;
template class joiner<proxy_message>;

} // namespace evenkeel
