#include "messages/parcel.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel {

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

/// Texts that are put together in a wrong order are found out.
std::string text_of(std::size_t size, char first = 'a') {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i)
    text[i] = static_cast<char>(first + static_cast<char>(i / 1000 % 19));
  return text;
}

attempt_ref attempt(std::uint64_t number) {
  return {{{1, 2}, number}, {3, number}};
}

submitted_job job_with(std::size_t text, std::size_t body) {
  submitted_job job;
  job.sequence = 7;
  job.spec.text = text_of(text);
  job.spec.body = text_of(body, 'C');
  return job;
}

assignment assignment_with(std::size_t text, std::size_t body) {
  assignment job;
  job.what = attempt(7);
  job.home_code = "k7m2q";
  job.spec = job_with(text, body).spec;
  return job;
}

travelling_result result_with(std::size_t out, std::size_t err) {
  travelling_result result{{{1, 2}, 7}, {}};
  result.result.node = "anna";
  result.result.out = text_of(out);
  result.result.err = text_of(err, 'C');
  return result;
}

answer answer_with(const std::vector<std::size_t>& sizes) {
  answer x;
  x.question = 9;
  x.content.jobs.emplace_back();
  for (const auto size : sizes)
    x.content.outputs.push_back(text_of(size));
  return x;
}

/// Bytes of a message as `split` counts them.
struct counted {
  std::size_t operator()(const submit_batch& x) const { return wire_size(x.jobs); }
  std::size_t operator()(const assign_batch& x) const { return wire_size(x.jobs); }
  std::size_t operator()(const result_batch& x) const { return wire_size(x.results); }
  std::size_t operator()(const answer& x) const { return wire_size(x); }
  std::size_t operator()(const inventory& x) const {
    return wire_size(x.held) + wire_size(x.unfinished);
  }
  std::size_t operator()(const result_exchange& x) const {
    return wire_size(x.wanted.attempts) + wire_size(x.results.results);
  }
  std::size_t operator()(const text_part& x) const {
    CHECK(x.bytes.size() <= text_part_limit);
    return x.bytes.size();
  }
  template <class T>
  std::size_t operator()(const T& x) const {
    return list_size(x);
  }

private:
  static std::size_t list_size(const release_batch& x) { return wire_size(x.attempts); }
  static std::size_t list_size(const cancel_batch& x) { return wire_size(x.sequences); }
  static std::size_t list_size(const verdict_batch& x) { return wire_size(x.verdicts); }
  static std::size_t list_size(const grant_batch& x) { return wire_size(x.granted); }
  static std::size_t list_size(const result_ack& x) { return wire_size(x.attempts); }
  static std::size_t list_size(const audit& x) { return wire_size(x.unfinished); }
  static std::size_t list_size(const spec_request& x) { return wire_size(x.wanted); }
  static std::size_t list_size(const recall_batch& x) { return wire_size(x.attempts); }
  static std::size_t list_size(const stop_batch& x) { return wire_size(x.attempts); }
  static std::size_t list_size(const lost_attempt_batch& x) { return wire_size(x.attempts); }
  static std::size_t list_size(const grant_request& x) { return wire_size(x.wanted); }
  static std::size_t list_size(const result_request& x) { return wire_size(x.attempts); }
  template <class T>
  static std::size_t list_size(const T&) {
    return 0;
  }
};

/// Cuts, checks every piece, joins again.
template <class Message>
std::vector<Message> across(Message message, std::size_t limit = message_limit) {
  joiner<Message> receiver;
  std::vector<Message> arrived;
  for (auto& piece : split(std::move(message), limit)) {
    CHECK(std::visit(counted{}, piece) <= limit);
    if (auto whole = receiver.accept(std::move(piece)))
      arrived.push_back(std::move(*whole));
  }
  CHECK_FALSE(receiver.broken());
  return arrived;
}

/// Sizes around every limit, given the fixed part of an item.
std::vector<std::size_t> telling_sizes(std::size_t fixed) {
  std::vector<std::size_t> sizes{0, 1, mebibyte};
  for (const auto limit : {text_part_limit, message_limit - fixed, message_limit})
    for (const auto size : {limit - 1, limit, limit + 1})
      sizes.push_back(size);
  return sizes;
}

/// A long list of one kind arrives as several messages with everything in order.
template <class Message, class Batch, class Item, class Make>
void check_list(std::vector<Item> Batch::*list, Make make) {
  Batch batch;
  for (std::uint64_t i = 0; i < 40'000; ++i)
    (batch.*list).push_back(make(i));
  const auto arrived = across<Message>(batch);
  CHECK(arrived.size() > 1);
  Batch together;
  for (const auto& message : arrived) {
    const auto& piece = std::get<Batch>(message);
    (together.*list).insert((together.*list).end(), (piece.*list).begin(), (piece.*list).end());
  }
  CHECK((together == batch));
}

text_part part(std::string bytes, bool last = true) {
  return {last, std::move(bytes)};
}

result_batch lacking(unsigned detached) {
  return {static_cast<std::uint8_t>(detached), {result_with(0, 0)}};
}

} // namespace

TEST_SUITE("parcel") {

  // -- round trips
  // ------------------------------------------------------------------------------------

  TEST_CASE("a message within the limit is sent as it is and its texts are not copied") {
    result_batch batch{0, {result_with(1000, 1000), result_with(5, 5)}};
    const auto* bytes = batch.results[0].result.out.data();
    const auto pieces = split<node_message>(std::move(batch));
    REQUIRE(pieces.size() == 1);
    const auto& sent = std::get<result_batch>(pieces[0]);
    CHECK(sent.detached == 0);
    CHECK(sent.results.size() == 2);
    CHECK(sent.results[0].result.out.data() == bytes);
  }

  TEST_CASE("a result of any size arrives whole") {
    const auto fixed = wire_size(result_with(0, 0));
    for (const auto out : telling_sizes(fixed))
      for (const auto err : telling_sizes(fixed)) {
        const result_batch batch{0, {result_with(out, err)}};
        const auto to_proxy = across<node_message>(batch);
        REQUIRE(to_proxy.size() == 1);
        CHECK((to_proxy[0] == node_message{batch}));
        CHECK((across<proxy_message>(batch) == std::vector<proxy_message>{batch}));
      }
  }

  TEST_CASE("a submission of any size arrives whole") {
    const auto fixed = wire_size(job_with(0, 0));
    for (const auto text : telling_sizes(fixed))
      for (const auto body : telling_sizes(fixed)) {
        const submit_batch batch{0, {job_with(text, body)}};
        CHECK((across<node_message>(batch) == std::vector<node_message>{batch}));
      }
  }

  TEST_CASE("an assignment of any size arrives whole") {
    const auto fixed = wire_size(assignment_with(0, 0));
    for (const auto text : telling_sizes(fixed))
      for (const auto body : telling_sizes(fixed)) {
        const assign_batch batch{0, {assignment_with(text, body)}};
        CHECK((across<proxy_message>(batch) == std::vector<proxy_message>{batch}));
      }
  }

  TEST_CASE("an answer with up to eight outputs of any size arrives whole") {
    const auto fixed = wire_size(answer_with({0}));
    for (const auto size : telling_sizes(fixed)) {
      const auto one = answer_with({size});
      CHECK((across<node_message>(one) == std::vector<node_message>{one}));
    }
    const auto eight =
        answer_with({mebibyte, 0, 10, message_limit, 60'000, text_part_limit, 70'000, mebibyte});
    CHECK((across<node_message>(eight) == std::vector<node_message>{eight}));
    CHECK((across<proxy_message>(eight) == std::vector<proxy_message>{eight}));
  }

  TEST_CASE("only as many texts travel ahead as have to") {
    const auto pieces = split<node_message>(result_batch{0, {result_with(mebibyte, 1000)}});
    CHECK(pieces.size() == 9);
    CHECK(std::get<result_batch>(pieces.back()).detached == 1);
    CHECK(std::get<result_batch>(pieces.back()).results[0].result.err.size() == 1000);
  }

  TEST_CASE("each text ends with a last part and the texts come in the order of their bits") {
    const auto pieces =
        split<node_message>(result_batch{0, {result_with(text_part_limit + 1, text_part_limit)}});
    REQUIRE(pieces.size() == 3);
    CHECK_FALSE(std::get<text_part>(pieces[0]).last);
    CHECK((std::get<text_part>(pieces[1])
           == part(text_of(text_part_limit + 1).substr(text_part_limit))));
    CHECK(std::get<result_batch>(pieces[2]).detached == 1);
    const auto both = split<node_message>(result_batch{0, {result_with(200'000, 200'000)}});
    REQUIRE(both.size() == 5);
    CHECK(std::get<text_part>(both[0]).bytes[0] == 'a');
    CHECK(std::get<text_part>(both[2]).bytes[0] == 'C');
    CHECK(std::get<result_batch>(both[4]).detached == 3);
  }

  TEST_CASE("a batch of small and large items arrives in order") {
    result_batch batch;
    for (const std::size_t size : {10U, 300'000U, 20U, 100'000U, 100'000U, 1'000'000U, 30U})
      batch.results.push_back(result_with(size, size / 3));
    std::vector<travelling_result> together;
    const auto arrived = across<node_message>(batch);
    for (const auto& message : arrived)
      for (const auto& result : std::get<result_batch>(message).results)
        together.push_back(result);
    CHECK(arrived.size() > 3);
    CHECK((together == batch.results));
  }

  TEST_CASE("a small limit is kept as well") {
    const auto arrived = across<node_message>(result_batch{0, {result_with(5000, 5000)}}, 1000);
    REQUIRE(arrived.size() == 1);
    CHECK((arrived[0] == node_message{result_batch{0, {result_with(5000, 5000)}}}));
  }

  // -- lists
  // ------------------------------------------------------------------------------------------

  TEST_CASE("long lists from a node are cut into several messages in order") {
    check_list<node_message>(&cancel_batch::sequences, [](auto i) { return i; });
    check_list<node_message>(&result_ack::attempts, attempt);
    check_list<node_message>(&audit::unfinished, [](auto i) { return sequence_range{i, i}; });
    check_list<node_message>(&verdict_batch::verdicts, [](auto i) { return verdict{i, {}, 1, 2}; });
    check_list<node_message>(&grant_batch::granted, [](auto i) { return job_grant{i, {}}; });
    check_list<node_message>(&release_batch::attempts, [](auto i) {
      return released_attempt{attempt(i), release_reason::refused, "why"};
    });
    check_list<node_message>(&submit_batch::jobs, [](auto i) {
      auto job = job_with(3, 3);
      job.sequence = i;
      return job;
    });
  }

  TEST_CASE("long lists from a proxy are cut into several messages in order") {
    check_list<proxy_message>(&spec_request::wanted, [](auto i) { return sequence_range{i, i}; });
    check_list<proxy_message>(&recall_batch::attempts, attempt);
    check_list<proxy_message>(&stop_batch::attempts, attempt);
    check_list<proxy_message>(&result_request::attempts, attempt);
    check_list<proxy_message>(&result_ack::attempts, attempt);
    check_list<proxy_message>(&grant_request::wanted, [](auto i) { return job_grant{i, {}}; });
    check_list<proxy_message>(&lost_attempt_batch::attempts, [](auto i) {
      return lost_attempt{i, {}, 1, true, "anna"};
    });
    check_list<proxy_message>(&assign_batch::jobs, [](auto i) {
      auto job = assignment_with(3, 3);
      job.what = attempt(i);
      return job;
    });
  }

  TEST_CASE("the end marks of a long inventory stand on its last piece") {
    inventory whole{true, true, {}, {}};
    for (std::uint64_t i = 0; i < 10'000; ++i) {
      whole.held.push_back({attempt(i), 1, held_state::queued, false});
      whole.unfinished.push_back({i, i});
    }
    const auto arrived = across<node_message>(whole);
    REQUIRE(arrived.size() > 2);
    inventory together{true, true, {}, {}};
    for (const auto& message : arrived) {
      const auto& piece = std::get<inventory>(message);
      CHECK(piece.executor_end == (&message == &arrived.back()));
      CHECK(piece.home_end == (&message == &arrived.back()));
      together.held.insert(together.held.end(), piece.held.begin(), piece.held.end());
      together.unfinished.insert(together.unfinished.end(), piece.unfinished.begin(),
                                 piece.unfinished.end());
    }
    CHECK((together == whole));
  }

  TEST_CASE("a large exchange sends its results first and then what it wants") {
    result_exchange exchange{{{attempt(1), attempt(2)}},
                             {0, {result_with(mebibyte, mebibyte), result_with(10, 10)}}};
    const auto arrived = across<proxy_message>(exchange);
    REQUIRE(arrived.size() == 3);
    CHECK((std::get<result_batch>(arrived[0]).results[0] == exchange.results.results[0]));
    CHECK((std::get<result_batch>(arrived[1]).results[0] == exchange.results.results[1]));
    CHECK((std::get<result_exchange>(arrived[2]) == result_exchange{exchange.wanted, {}}));
  }

  TEST_CASE("a small exchange stays one message") {
    const result_exchange exchange{{{attempt(1)}}, {0, {result_with(10, 10)}}};
    CHECK((across<proxy_message>(exchange) == std::vector<proxy_message>{exchange}));
  }

  TEST_CASE("messages without lists or texts pass through") {
    CHECK((across<node_message>(leave{}) == std::vector<node_message>{leave{}}));
    CHECK((across<node_message>(abandon{4}) == std::vector<node_message>{abandon{4}}));
    CHECK(
        (across<proxy_message>(submit_ack{1, 2}) == std::vector<proxy_message>{submit_ack{1, 2}}));
    CHECK((across<node_message>(submit_batch{}) == std::vector<node_message>{submit_batch{}}));
  }

  // -- malformed input
  // --------------------------------------------------------------------------------

  TEST_CASE("malformed sequences break the joiner and nothing comes out of it any more") {
    auto filled = lacking(1);
    filled.results[0].result.out = "already here";
    auto two = lacking(1);
    two.results.push_back(result_with(0, 0));
    auto outputs = answer_with({0});
    outputs.detached = 2;
    const std::vector<std::vector<node_message>> histories{
        {lacking(1)},                       // a bit without a text
        {part("x"), lacking(3)},            // two bits, one text
        {part("x"), part("y"), lacking(1)}, // one bit, two texts
        {part("x"), lacking(0)},            // a text and no bit
        {part("x"), leave{}},               // no message for texts
        {part("x", false), lacking(1)},     // the text is not complete
        {part("x"), lacking(4)},            // a bit that means nothing here
        {part("x"), filled},                // the place is taken
        {part("x"), two},                   // whose text is it?
        {part("x"), result_batch{1, {}}},   // nobody's
        {part("x"), outputs},               // there is no output 1
        {part("", false)},                  // leads nowhere
        {part(""), lacking(1)},             // never sent
        {part("1"), part("2"), part("3"), part("4"), part("5"), part("6"), part("7"), part("8"),
         part("9")}, // more than any message can take
    };
    for (const auto& history : histories) {
      CAPTURE(&history - histories.data());
      joiner<node_message> receiver;
      for (const auto& message : history)
        CHECK_FALSE(receiver.accept(message));
      CHECK(receiver.broken());
      CHECK_FALSE(receiver.accept(leave{}));
    }
  }

  TEST_CASE("an exchange never has detached texts") {
    joiner<proxy_message> receiver;
    receiver.accept(part("x"));
    CHECK_FALSE(receiver.accept(result_exchange{{}, lacking(1)}));
    CHECK(receiver.broken());
  }

  TEST_CASE("texts beyond the memory limit break the joiner") {
    joiner<node_message> receiver{1000};
    CHECK_FALSE(receiver.accept(part(std::string(600, 'x'), false)));
    CHECK_FALSE(receiver.accept(part(std::string(400, 'x'))));
    CHECK(receiver.accept(lacking(1)));
    CHECK_FALSE(receiver.accept(part(std::string(600, 'x'), false)));
    CHECK_FALSE(receiver.broken());
    CHECK_FALSE(receiver.accept(part(std::string(401, 'x'))));
    CHECK(receiver.broken());
  }

} // TEST_SUITE

} // namespace evenkeel
