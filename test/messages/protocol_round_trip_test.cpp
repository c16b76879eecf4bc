#include "messages/interfaces.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace evenkeel;

namespace {

/// Converts to whatever a member is: counts the members of an aggregate.
struct anything {
  template <class T>
  operator T() const; // NOLINT(google-explicit-constructor)
};

template <class T, class... Args>
concept made_from = requires {
  T{std::declval<Args>()...};
};

template <class T, class... Args>
constexpr std::size_t members() {
  if constexpr (made_from<T, Args..., anything>)
    return members<T, Args..., anything>();
  else
    return sizeof...(Args);
}

/// An inspector that gives every field a value of its own, and notices fields that a struct's
/// `inspect` leaves out (they would vanish on the wire without a word).
class filler {
public:
  using result_type = void;

  template <class... Fields>
  void operator()(Fields&... fields) {
    named_ = sizeof...(Fields);
    (fill(fields), ...);
  }

  template <class T>
  void fill(T& x) {
    if constexpr (std::is_same_v<T, bool>) {
      x = true;
    } else if constexpr (std::is_enum_v<T>) {
      x = static_cast<T>(2);
    } else if constexpr (std::is_arithmetic_v<T>) {
      x = static_cast<T>(++next_);
    } else {
      fill_object(x);
    }
  }

  [[nodiscard]] bool complete() const { return complete_; }

private:
  void fill_object(std::string& x) { x = "text " + std::to_string(++next_); }
  template <class First, class Second>
  void fill_object(std::pair<First, Second>& x) {
    fill(x.first);
    fill(x.second);
  }
  template <class T>
  void fill_object(std::vector<T>& x) {
    x.resize(2);
    for (auto& element : x)
      fill(element);
  }
  template <class T>
  void fill_object(T& x) {
    inspect(*this, x);
    filler own;
    T probe;
    own.count(probe);
    if (own.named_ != members<T>())
      complete_ = false;
  }
  template <class T>
  void count(T& x) {
    counter only_count;
    inspect(only_count, x);
    named_ = only_count.fields;
  }
  struct counter {
    using result_type = void;
    std::size_t fields = 0;
    template <class... Fields>
    void operator()(Fields&...) {
      fields = sizeof...(Fields);
    }
  };

  int next_ = 0;
  std::size_t named_ = 0;
  bool complete_ = true;
};

struct wire {
  wire() { config.add_message_types<caf::id_block::evenkeel>(); }
  caf::actor_system_config config;
  caf::actor_system system{config};
};

template <class T>
void travels_unchanged(caf::actor_system& system) {
  T sent;
  filler fill;
  fill.fill(sent);
  CHECK_MESSAGE(fill.complete(), "a field is missing in an inspect of " << typeid(T).name());
  std::vector<char> bytes;
  caf::binary_serializer out{system, bytes};
  REQUIRE(!out(sent));
  T received;
  caf::binary_deserializer in{system, bytes};
  REQUIRE(!in(received));
  CHECK(received == sent);
  if constexpr (members<T>() > 0)
    CHECK_FALSE(received == T{});
}

template <class Variant, std::size_t... Index>
void all_travel(caf::actor_system& system, std::index_sequence<Index...>) {
  (travels_unchanged<std::variant_alternative_t<Index, Variant>>(system), ...);
}

} // namespace

TEST_CASE("every message of a node arrives with all its fields") {
  wire both_ends;
  all_travel<node_message>(both_ends.system,
                           std::make_index_sequence<std::variant_size_v<node_message>>{});
}

TEST_CASE("every message of a proxy arrives with all its fields") {
  wire both_ends;
  all_travel<proxy_message>(both_ends.system,
                            std::make_index_sequence<std::variant_size_v<proxy_message>>{});
}

TEST_CASE("the handshake and the heartbeats arrive with all their fields") {
  wire both_ends;
  travels_unchanged<link_header>(both_ends.system);
  travels_unchanged<join>(both_ends.system);
  travels_unchanged<welcome>(both_ends.system);
  travels_unchanged<refusal>(both_ends.system);
  travels_unchanged<load_report>(both_ends.system);
  travels_unchanged<heartbeat>(both_ends.system);
}

TEST_CASE("what proxies and hosts tell each other arrives with all its fields") {
  wire both_ends;
  travels_unchanged<spawn_order>(both_ends.system);
  travels_unchanged<host_report>(both_ends.system);
  travels_unchanged<hosting_request>(both_ends.system);
  travels_unchanged<hosting_answer>(both_ends.system);
}
