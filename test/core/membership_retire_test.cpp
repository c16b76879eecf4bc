#include "actors/core/membership.hpp"
#include "test/core/membership_fixture.hpp"

#include <doctest/doctest.h>

using namespace evenkeel;
using namespace evenkeel::membership_fixture;

namespace {

struct retiring {
  proxy p;
  join a = join_of(ledger_a, "a");
  join b = join_of(ledger_b, "b");
  std::string code_of_b;

  retiring() {
    p.on_join(1, a);
    code_of_b = the<send_welcome>(p.on_join(2, b)).content.code;
  }

  void b_goes() {
    membership_effects fx;
    p.core.on_channel_down(2, p.now, fx);
  }
  membership_effects retire(const std::string& code) {
    client_request request;
    request.kind = request_kind::retire;
    request.subject = {code, 0};
    membership_effects fx;
    p.core.on_retire({a.ledger, a.link, query{7, "", request}}, fx);
    CHECK(p.core.check_invariants() == "");
    return fx;
  }
};

errc told_by(const membership_effects& fx) {
  const auto told = std::get<answer>(the<send_message>(fx).content);
  CHECK(told.question == 7);
  return told.content.code;
}

} // namespace

TEST_CASE("R10: a ledger that is away is retired: its record goes before anyone is told") {
  retiring x;
  x.b_goes();
  const auto fx = x.retire(x.code_of_b);
  CHECK(fx.needed == durability::synced);
  CHECK(fx.changes.size() == 1);
  CHECK(the<ledger_retired>(fx).ledger == ledger_b);
  CHECK(told_by(fx) == errc::ok);
}

TEST_CASE("R10: a ledger that is connected is not retired") {
  retiring x;
  const auto fx = x.retire(x.code_of_b);
  CHECK(fx.changes.empty());
  CHECK(all<ledger_retired>(fx).empty());
  CHECK(told_by(fx) == errc::conflict);
}

TEST_CASE("R10: nobody retires a ledger that was never here") {
  retiring x;
  CHECK(told_by(x.retire("zzzzz")) == errc::not_found);
}

TEST_CASE("a retired ledger that comes back after all keeps its code and raises no epoch") {
  retiring x;
  x.b_goes();
  x.retire(x.code_of_b);
  auto again = x.b;
  again.code = x.code_of_b;
  again.link = x.b.link + 1;
  const auto fx = x.p.on_join(3, again);
  CHECK(the<send_welcome>(fx).content.code == x.code_of_b);
  CHECK(all<epoch_begun>(fx).empty());
}
