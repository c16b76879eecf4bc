// With real sockets and threads: two actor systems, as two processes have them.
#include "actors/event_loop.hpp"

#include "actors/system_config.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

namespace evenkeel::test {

namespace {

caf::behavior echo() {
  return {[](const std::string& text) { return text; }};
}

/// Asks `behind` in turn, from the thread of the loop.
caf::behavior relay(caf::event_based_actor* self, const caf::actor& behind) {
  return {[self, behind](const std::string& text) { return self->delegate(behind, text); }};
}

/// Two systems, the second of which knows an echo in the first one.
class linked_systems {
public:
  linked_systems() {
    served = near.spawn(echo);
    const auto port = near.middleman().publish(served, 0, "127.0.0.1");
    REQUIRE(port);
    const auto found = far.middleman().remote_actor("127.0.0.1", *port);
    REQUIRE(found);
    known = *found;
  }
  ~linked_systems() { caf::anon_send_exit(served, caf::exit_reason::user_shutdown); }
  linked_systems(const linked_systems&) = delete;
  linked_systems& operator=(const linked_systems&) = delete;

  system_config near_config{0};
  system_config far_config{0};
  caf::actor_system near{near_config};
  caf::actor_system far{far_config};
  caf::actor served;
  caf::actor known;
};

std::string filled(std::size_t size, std::size_t seed) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    text[i] = static_cast<char>(seed + i * 31 + i / 251);
  return text;
}

} // namespace

TEST_CASE("messages of any size cross a link as they are") {
  linked_systems both;
  caf::scoped_actor self{both.far};
  for (const std::size_t size : {0, 1, 100, 65'000, 65'535, 65'536, 65'537, 200'000, 3'000'000}) {
    CAPTURE(size);
    const auto sent = filled(size, size);
    self->request(both.known, caf::infinite, sent)
        .receive([&](const std::string& answer) { CHECK((answer == sent)); },
                 [](const caf::error&) { FAIL("no answer"); });
  }
}

TEST_CASE("many messages at once keep their order") {
  linked_systems both;
  caf::scoped_actor self{both.far};
  const std::size_t count = 3000;
  for (std::size_t i = 0; i < count; ++i)
    self->send(both.known, filled(i % 5 == 0 ? 20'000 : i % 300, i));
  std::size_t next = 0;
  bool same = true;
  self->receive_for(next, count)([&](const std::string& answer) {
    same = same && answer == filled(next % 5 == 0 ? 20'000 : next % 300, next);
  });
  CHECK(same);
}

TEST_CASE("actors of the loop, of other threads and across a link reach each other") {
  linked_systems both;
  const auto in_loop = both.far.spawn(relay, both.known);
  const auto in_thread = both.far.spawn<caf::detached>(relay, in_loop);
  const auto front = both.far.spawn(relay, in_thread);
  caf::scoped_actor self{both.far};
  for (int i = 0; i < 200; ++i)
    self->request(front, caf::infinite, std::to_string(i))
        .receive([&](const std::string& answer) { CHECK(answer == std::to_string(i)); },
                 [](const caf::error&) { FAIL("no answer"); });
  for (const auto& one : {in_loop, in_thread, front})
    caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
}

TEST_CASE("the end of a connection is heard of") {
  system_config far_config{0};
  caf::actor_system far{far_config};
  caf::scoped_actor self{far};
  caf::actor known;
  {
    system_config near_config{0};
    caf::actor_system near{near_config};
    const auto served = near.spawn(echo);
    const auto port = near.middleman().publish(served, 0, "127.0.0.1");
    REQUIRE(port);
    known = *far.middleman().remote_actor("127.0.0.1", *port);
    self->monitor(known);
    caf::anon_send_exit(served, caf::exit_reason::user_shutdown);
  }
  self->receive([&](const caf::down_msg& down) { CHECK(down.source == known.address()); });
}

} // namespace evenkeel::test
