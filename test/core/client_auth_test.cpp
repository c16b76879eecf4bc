// AUTH, and what a token's rights allow.
#include "actors/core/client_access.hpp"
#include "client_harness.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

using namespace evenkeel;
using namespace evenkeel::core;
using namespace evenkeel::core::test;

namespace {

client_access access_with(const std::string& rights, const std::string& name = "ana") {
  client_access access;
  access.name = name;
  for (std::size_t at = 0; at < rights.size();) {
    const auto comma = std::min(rights.find(',', at), rights.size());
    REQUIRE(add_right(access, rights.substr(at, comma - at)));
    at = comma + 1;
  }
  return access;
}

/// A session at a node that asks for tokens.
struct guarded : client_harness {
  explicit guarded(const client_limits& limits = {}) : client_harness{limits, true} {}

  /// AUTH with a token that gives these rights.
  void enter(const std::string& rights, const std::string& name = "ana") {
    send("AUTH secret\n");
    CHECK(looked_up == "secret");
    found(access_with(rights, name));
    CHECK(said() == "+OK name=" + name + " rights=" + rights + "\n");
  }
  void found(const client_access& access) {
    session.on_access(&access);
    collect();
  }
  void nobody() {
    session.on_access(nullptr);
    collect();
  }
  void pause_over() {
    session.on_pause_over();
    collect();
  }
};

const std::string k = name_of(1);

const char* const submissions[] = {"SUBMIT -- true", "CALL -- noop", "SLEEP 5", "5"};

} // namespace

TEST_CASE("before AUTH nothing reaches the node") {
  for (const auto& line :
       {std::string{"SUBMIT -- true"}, std::string{"CALL -- noop"}, std::string{"SLEEP 5"},
        std::string{"5"}, "STATUS " + k, "RESULT " + k, "WAIT " + k, std::string{"WAIT ALL"},
        "CANCEL " + k, "FORGET " + k, std::string{"LIST all"}, std::string{"NODES"},
        std::string{"STATS"}, std::string{"RETIRE k7m2q"}, "r" + k, std::string{"getall"},
        std::string{"STATUS LAST"}}) {
    guarded client;
    client.send(line + "\n");
    INFO(line);
    CHECK(client.asks.empty());
    CHECK(client.said() == "-DENIED say AUTH <token> first\n");
    CHECK_FALSE(client.finished);
  }
}

TEST_CASE("PING, VERSION, HELP and QUIT need no token") {
  guarded client;
  client.send("PING\nVERSION\nHELP ping\nQUIT\n");
  CHECK(client.said()
        == "+OK pong\n+OK evenkeel=1.2.3 protocol=1\n+OK help\n"
               + std::string{"PING\n  +OK pong\n.\n"} + "+OK bye\n");
  CHECK(client.finished);
}

TEST_CASE("the body of a submission that is denied is not kept, nor taken for requests") {
  guarded client;
  client.send("SUBMIT bytes=5\n");
  client.send("PING\n");
  CHECK(client.session.bytes_held() < 10);
  CHECK(client.said().empty());
  client.send("\nPING\n");
  CHECK(client.said() == "-DENIED say AUTH <token> first\n+OK pong\n");
}

TEST_CASE("the right token opens the session, and the node hears whose it is") {
  guarded client;
  client.enter("submit,read");
  client.send("SUBMIT -- true\nWAIT LAST\n");
  REQUIRE(client.asks.size() == 1);
  CHECK(client.asks[0].second.who == asker{"ana", false});
  client.answer_all();
  CHECK(client.said().starts_with("+OK ticket="));
}

TEST_CASE("every question of a reply that takes several says who asks") {
  guarded client;
  client.enter("submit,read");
  client.send("getall\n");
  client.node.issued = 5;
  while (!client.asks.empty()) {
    CHECK(client.asks[0].second.who == asker{"ana", false});
    client.answer(client.node.answer(client.asks[0].second));
  }
  CHECK(client.said().ends_with("\n\n"));
}

TEST_CASE("the right to all jobs is told to the node") {
  guarded client;
  client.enter("read,all", "operator");
  client.send("LIST\n");
  REQUIRE(client.asks.size() == 1);
  CHECK(client.asks[0].second.who == asker{"operator", true});
}

TEST_CASE("AUTH and what needs it may be sent at once") {
  guarded client;
  client.send("AUTH secret\nSUBMIT -- true\n");
  CHECK(client.asks.empty());
  client.found(access_with("submit"));
  CHECK(client.asks.size() == 1);
}

TEST_CASE("a token without the right to submit submits, cancels and forgets nothing") {
  for (const auto* line : submissions) {
    guarded client;
    client.enter("read,admin,all");
    client.send(std::string{line} + "\nCANCEL " + k + "\nFORGET " + k + "\n");
    const std::string denial =
        "-DENIED this needs the right 'submit', which the token of ana does not give\n";
    CHECK(client.said() == denial + denial + denial);
    CHECK(client.asks.empty());
    client.send("STATUS LAST\n");
    CHECK(
        client.said().starts_with("-CONFLICT LAST: this session's latest submission was refused"));
  }
}

TEST_CASE("a token without the right to read sees nothing") {
  for (const auto& line :
       {"STATUS " + k, "RESULT " + k, "WAIT " + k, std::string{"WAIT ALL"}, std::string{"LIST"},
        std::string{"NODES"}, std::string{"STATS"}, "r" + k, std::string{"getall"}}) {
    guarded client;
    client.enter("submit,admin");
    client.send(line + "\n");
    INFO(line);
    CHECK(client.said().starts_with("-DENIED this needs the right 'read'"));
    CHECK(client.asks.empty());
  }
}

TEST_CASE("only an admin retires a node") {
  guarded client;
  client.enter("submit,read,all");
  client.send("RETIRE k7m2q\n");
  CHECK(client.said().starts_with("-DENIED this needs the right 'admin'"));
  guarded admin;
  admin.enter("admin");
  admin.send("RETIRE k7m2q\n");
  CHECK(admin.asks.size() == 1);
}

TEST_CASE("a wrong token is refused after a pause that doubles, and the third closes") {
  guarded client;
  for (const std::uint32_t pause_ms : {500, 1000}) {
    client.send("AUTH wrong\nPING\n");
    client.nobody();
    CHECK(client.pause_ms == pause_ms);
    CHECK(client.said().empty());
    client.pause_over();
    CHECK(client.said() == "-DENIED this token is nobody's\n+OK pong\n");
  }
  client.send("AUTH wrong\nPING\n");
  client.nobody();
  CHECK(client.pause_ms == 2000);
  client.pause_over();
  CHECK(client.said() == "-DENIED this token is nobody's; closing\n");
  CHECK(client.finished);
}

TEST_CASE("what comes during the pause waits within the bounds of what is read ahead") {
  client_limits limits;
  limits.unparsed_bytes = 10;
  guarded client{limits};
  client.send("AUTH wrong\n");
  client.nobody();
  client.send("PING\nPING\nPING\n");
  CHECK_FALSE(client.session.wants_input());
  client.pause_over();
  CHECK(client.said() == "-DENIED this token is nobody's\n+OK pong\n+OK pong\n+OK pong\n");
  CHECK(client.session.wants_input());
}

TEST_CASE("a client that half-closes still hears that its token was wrong") {
  guarded client;
  client.send("AUTH wrong\n");
  client.half_close();
  client.nobody();
  CHECK_FALSE(client.finished);
  client.pause_over();
  CHECK(client.said() == "-DENIED this token is nobody's\n");
  CHECK(client.finished);
}

TEST_CASE("after wrong tokens the right one is taken") {
  guarded client;
  client.send("AUTH wrong\n");
  client.nobody();
  client.pause_over();
  client.said();
  client.enter("read");
  client.send("NODES\n");
  CHECK(client.asks.size() == 1);
}

TEST_CASE("a token whose owner has too many connections may be shown again later") {
  guarded client;
  client.send("AUTH secret\nLIST\n");
  const auto access = access_with("read");
  client.session.on_access(&access, false);
  client.collect();
  CHECK(client.said()
        == "-BUSY too many connections of ana at this node; try later\n"
           "-DENIED say AUTH <token> first\n");
  CHECK(client.pause_ms == 0);
  client.enter("read");
}

TEST_CASE("a session is one client's: a second AUTH is a conflict") {
  guarded client;
  client.enter("read");
  client.looked_up.reset();
  client.send("AUTH other\n");
  CHECK(client.said().starts_with("-CONFLICT this session is that of ana"));
  CHECK_FALSE(client.looked_up.has_value());
}

TEST_CASE("where no token is needed, AUTH says so and everybody is nobody, who sees all") {
  client_harness client;
  client.send("AUTH secret\nLIST\n");
  CHECK(client.said() == "-CONFLICT no token is needed here\n");
  REQUIRE(client.asks.size() == 1);
  CHECK(client.asks[0].second.who == asker{});
}

TEST_CASE("a malformed AUTH is refused without a piece of the token") {
  for (const auto& line :
       {std::string{"AUTH"}, std::string{"AUTH hush hush"}, "AUTH " + std::string(256, 'h')}) {
    guarded client;
    client.send(line + "\n");
    const auto text = client.said();
    CHECK(text.starts_with("-BAD_REQUEST "));
    CHECK(text.find('h') == text.find("has at most"));
    CHECK_FALSE(client.looked_up.has_value());
  }
}

TEST_CASE("a token that is withdrawn ends its session at once, whatever it waits for") {
  guarded client;
  client.enter("submit,read");
  client.send(wait_for(1) + "PING\n");
  REQUIRE(client.asks.size() == 1);
  client.session.on_access_changed(nullptr);
  client.collect();
  CHECK(client.said() == "-DENIED this token is not valid any more; closing\n");
  CHECK(client.finished);
  client.answer(result_of(1, "secret\n"));
  client.send("PING\n");
  CHECK(client.said() == "");
  client.session.on_access_changed(nullptr);
  client.collect();
  CHECK(client.said() == "");
}

TEST_CASE("a token that is withdrawn in the middle of a body submits nothing") {
  guarded client;
  client.enter("submit,read");
  client.send("SUBMIT bytes=10\necho");
  client.session.on_access_changed(nullptr);
  client.collect();
  CHECK(client.finished);
  client.send(" hi\n\n\n");
  CHECK(client.asks.empty());
}

TEST_CASE("rights that change count from the next request on, and for one that waits its turn") {
  guarded client;
  client.enter("submit,read");
  client.send(wait_for(1) + "SUBMIT -- true\n");
  REQUIRE(client.asks.size() == 1); // the submission waits behind the WAIT
  const auto now = access_with("read");
  client.session.on_access_changed(&now);
  client.collect();
  client.answer(result_of(1, ""));
  CHECK(client.said().find("-DENIED this needs the right 'submit'") != std::string::npos);
  CHECK(client.asks.empty());
  const auto more = access_with("submit,read,admin");
  client.session.on_access_changed(&more);
  client.send("SUBMIT -- true\n");
  CHECK(client.asks.size() == 1);
}

TEST_CASE("new tokens mean nothing to a session that has shown none") {
  guarded client;
  client.session.on_access_changed(nullptr);
  client.collect();
  CHECK_FALSE(client.finished);
  client.enter("read");
}
