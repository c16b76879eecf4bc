#include "messages/wire_size.hpp"

#include "messages/interfaces.hpp"
#include "messages/parcel.hpp"

#include <caf/binary_serializer.hpp>
#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace evenkeel;

namespace {

/// Bytes as CAF sends them.
template <class T>
std::size_t sent_bytes(T content) {
  std::vector<char> bytes;
  caf::binary_serializer sink{nullptr, bytes};
  REQUIRE(sink(content) == caf::none);
  return bytes.size();
}

/// An inspector that makes every text and list long, and every number as large as it can be.
class stuffer {
public:
  using result_type = void;
  explicit stuffer(std::size_t length) : length_{length} {}

  template <class... Fields>
  void operator()(Fields&... fields) {
    (stuff(fields), ...);
  }

private:
  template <class T>
  void stuff(T& x) {
    if constexpr (std::is_same_v<T, bool>)
      x = true;
    else if constexpr (std::is_enum_v<T>)
      x = static_cast<T>(1);
    else if constexpr (std::is_arithmetic_v<T>)
      x = static_cast<T>(-1);
    else
      stuff_object(x);
  }
  void stuff_object(std::string& x) { x.assign(length_, 'x'); }
  template <class First, class Second>
  void stuff_object(std::pair<First, Second>& x) {
    stuff(x.first);
    stuff(x.second);
  }
  template <class T>
  void stuff_object(std::vector<T>& x) {
    x.resize(20);
    for (auto& element : x)
      stuff(element);
  }
  template <class T>
  void stuff_object(T& x) {
    inspect(*this, x);
  }

  std::size_t length_;
};

template <class T>
T stuffed(std::size_t length) {
  T content;
  stuffer fill{length};
  inspect(fill, content);
  return content;
}

} // namespace

#define EVERY_ITEM                                                                                 \
  submitted_job, assignment, released_attempt, lost_attempt, travelling_result, job_view, answer,  \
      attempt_ref, held_job, sequence_range, verdict, job_grant

TEST_CASE_TEMPLATE("an item never takes more room than its wire size", T, EVERY_ITEM) {
  CHECK(sent_bytes(T{}) <= wire_size(T{}));
  for (const std::size_t length : {0, 1, 127, 128, 20'000}) {
    CAPTURE(length);
    const auto item = stuffed<T>(length);
    CHECK(sent_bytes(item) <= wire_size(item));
  }
}

TEST_CASE_TEMPLATE("the wire size of an item with long texts is close to what is sent", T,
                   submitted_job, assignment, released_attempt, lost_attempt, travelling_result,
                   job_view, answer) {
  const auto item = stuffed<T>(20'000);
  CHECK(wire_size(item) - sent_bytes(item) < sent_bytes(item) / 50);
}

TEST_CASE_TEMPLATE("a long list that is cut makes packets within the limit", T, submitted_job,
                   assignment, released_attempt, lost_attempt, travelling_result, attempt_ref,
                   held_job, sequence_range, verdict, job_grant) {
  constexpr std::size_t packet_limit = std::size_t{256} * 1024;
  for (const std::size_t length : {0, 20, 3'000}) {
    CAPTURE(length);
    std::size_t items = 0;
    for (const auto& list : cut(std::vector<T>(20'000, stuffed<T>(length)))) {
      items += list.size();
      CHECK(sent_bytes(list) + sizeof(link_header) < packet_limit);
    }
    CHECK(items == 20'000);
  }
}
