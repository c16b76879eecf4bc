#include "actors/core/request_parser.hpp"

#include "actors/core/help_text.hpp"
#include "messages/ticket.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace evenkeel;
using namespace evenkeel::core;
using namespace std::string_literals;

namespace {

const ticket some_ticket{"k7m2q", 44};

parsed_request parsed(std::string_view line) {
  parsed_request result;
  parse_request(line, client_limits{}, result);
  return result;
}

client_request asked(std::string_view line) {
  const auto result = parsed(line);
  INFO(line);
  INFO(result.text);
  REQUIRE(result.action == request_action::ask);
  return result.request;
}

/// The hint of a refusal that leaves the session alive.
std::string refused(std::string_view line, errc code = errc::bad_request) {
  const auto result = parsed(line);
  INFO(line);
  REQUIRE(result.action == request_action::refuse);
  CHECK(result.code == code);
  CHECK_FALSE(result.close);
  return result.text;
}

bool closes(std::string_view line, errc code) {
  const auto result = parsed(line);
  return result.action == request_action::refuse && result.close && result.code == code
         && result.body.end == body_end::none;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string with_ticket(const std::string& verb, const std::string& behind = {}) {
  return verb + " " + to_text(some_ticket) + behind;
}

} // namespace

TEST_CASE("a blank line is nothing") {
  CHECK(parsed("").action == request_action::nothing);
  CHECK(parsed(" \t ").action == request_action::nothing);
}

TEST_CASE("everything behind the double dash and one blank is the command, literally") {
  CHECK(asked("SUBMIT -- echo 'a  b' -- %zz \t\xff ").spec.text == "echo 'a  b' -- %zz \t\xff ");
  CHECK(asked("SUBMIT --  two blanks").spec.text == " two blanks");
  CHECK(asked("SUBMIT --\tdate").spec.text == "date");
  CHECK(asked(" SUBMIT   -- date").spec.text == "date");
}

TEST_CASE("verbs and option names come in any case") {
  const auto request = asked("sUbMiT ONCE=1 -- date");
  CHECK(request.kind == request_kind::submit);
  CHECK(request.spec.kind == job_kind::command);
  CHECK(request.spec.once);
  CHECK(parsed("ping").action == request_action::ping);
  CHECK(parsed("Quit").action == request_action::quit);
  CHECK(parsed("EXIT").action == request_action::leave);
  CHECK(asked("GetAll").kind == request_kind::all_results);
}

TEST_CASE("a command without the double dash gets the line to write") {
  CHECK(contains(refused("SUBMIT date"), "write SUBMIT -- date"));
  CHECK(contains(refused("SUBMIT once=1 date -- x"), "write SUBMIT -- date"));
  CHECK(contains(refused("CALL echo hi"), "write CALL -- echo hi"));
  CHECK(contains(refused("SUBMIT"), "write SUBMIT -- "));
  CHECK(contains(refused("SUBMIT A=1 make"), "behind --"));
}

TEST_CASE("an empty command is refused") {
  CHECK(contains(refused("SUBMIT --"), "empty"));
  CHECK(contains(refused("SUBMIT -- \t"), "empty"));
  CHECK(contains(refused("CALL -- "), "no function"));
}

TEST_CASE("an unknown option is named together with the known ones") {
  const auto hint = refused("SUBMIT priority=3 -- date");
  CHECK(contains(hint, "'priority='"));
  CHECK(contains(hint, "once=, key=, bytes= and until="));
  CHECK(contains(refused("SLEEP until=x 5"), "once="));
}

TEST_CASE("a repeated option is refused") {
  CHECK(contains(refused("SUBMIT once=1 once=1 -- date"), "twice"));
  CHECK(contains(refused("LIST limit=1 limit=2"), "twice"));
}

TEST_CASE("an option is split at its first equals sign") {
  CHECK(contains(refused("SUBMIT once=1=1 -- date"), "'1=1'"));
}

TEST_CASE("option values are percent-decoded and a bad code is refused") {
  CHECK(asked("SUBMIT once=%31 -- date").spec.once);
  CHECK(contains(refused("SUBMIT once=%zz -- date"), "percent-encoded"));
  CHECK(contains(refused("SUBMIT once=%3 -- date"), "percent-encoded"));
  CHECK(contains(refused("SUBMIT once=\xe4 -- date"), "percent-encoded"));
}

TEST_CASE("a key is any text without NUL, up to its limit") {
  CHECK(asked("SUBMIT key=nightly%202026 -- date").key == "nightly 2026");
  CHECK(asked("CALL KEY=a=b once=1 -- noop").key == "a=b");
  CHECK(asked("SLEEP key=%ff%0a 5").key == "\xff\n");
  CHECK(asked("SUBMIT -- date").key.empty());
  CHECK(asked("SUBMIT key=" + std::string(max_key, 'k') + " -- date").key.size() == max_key);
  CHECK(
      contains(refused("SUBMIT key=" + std::string(max_key + 1, 'k') + " -- date"), "key= needs"));
  CHECK(contains(refused("SUBMIT key= -- date"), "key= needs"));
  CHECK(contains(refused("SUBMIT key=a%00b -- date"), "key= needs"));
  CHECK(contains(refused("SUBMIT key=a key=b -- date"), "twice"));
}

TEST_CASE("NUL is refused") {
  CHECK(contains(refused("SUBMIT -- ec\0ho"s), "NUL"));
  CHECK(contains(refused("PING\0"s), ""));
}

TEST_CASE("a well-formed body is found whatever else is wrong with the request") {
  for (const auto* line : {"SUBMIT bytes=12 nonsense", "SUBMIT nonsense bytes=12",
                           "SUBMIT bytes=12 -- ", "SUBMTI bytes=12", "CALL bytes=12 -- echo",
                           "LIST bytes=12", "5 bytes=12", "SUBMIT bytes=12 once=7"}) {
    const auto result = parsed(line);
    INFO(line);
    CHECK(result.action == request_action::refuse);
    CHECK(result.body.end == body_end::counted);
    CHECK(result.body.bytes == 12);
    CHECK_FALSE(result.close);
  }
  CHECK(parsed("SUBMTI until=EOF").body.word == "EOF");
  CHECK(parsed("LIST until=EOF").body.end == body_end::none);
}

TEST_CASE("a body is a script, or the stdin of a command") {
  const auto script = parsed("SUBMIT bytes=5");
  CHECK(script.request.spec.kind == job_kind::script);
  CHECK_FALSE(script.request.spec.has_stdin);
  const auto stdin_of = parsed("SUBMIT bytes=5 once=1 -- wc -c bytes=7");
  CHECK(stdin_of.request.spec.kind == job_kind::command);
  CHECK(stdin_of.request.spec.has_stdin);
  CHECK(stdin_of.request.spec.text == "wc -c bytes=7");
  CHECK(stdin_of.body.bytes == 5);
  const auto typed = parsed("SUBMIT until=%41B");
  CHECK(typed.action == request_action::ask);
  CHECK(typed.body.end == body_end::word);
  CHECK(typed.body.word == "AB");
}

TEST_CASE("a malformed or oversized bytes option closes the connection") {
  for (const auto* line : {"SUBMIT bytes=", "SUBMIT bytes=5x", "SUBMIT bytes=-1",
                           "SUBMIT bytes=%zz", "SUBMIT bytes=5 bytes=5", "SUBMIT bytes=5 until=EOF",
                           "SUBMIT until=", "SUBMIT until=%0A", "SUBMTI bytes=1e3"})
    CHECK_MESSAGE(closes(line, errc::bad_request), line);
  CHECK(closes("SUBMIT bytes=1048577", errc::too_big));
  CHECK(closes("SUBMIT bytes=99999999999999999999999", errc::too_big));
  CHECK(parsed("SUBMIT bytes=1048576").action == request_action::ask);
}

TEST_CASE("a function call keeps its arguments literally") {
  const auto request = asked("CALL once=1 -- wordcount  two words ");
  CHECK(request.spec.kind == job_kind::function);
  CHECK(request.spec.once);
  CHECK(request.spec.text == "wordcount");
  CHECK(request.spec.body == " two words ");
  CHECK(asked("CALL -- noop").spec.body.empty());
  refused("CALL -- " + std::string(65, 'x'));
}

TEST_CASE("a sleep takes whole milliseconds up to the original's limit") {
  CHECK(asked("SLEEP 0").spec.sleep_ms == 0);
  CHECK(asked("sleep once=0 2147483647 ").spec.sleep_ms == 2147483647);
  for (const auto* line :
       {"SLEEP", "SLEEP 2147483648", "SLEEP -1", "SLEEP 1.5", "SLEEP 1 2", "SLEEP -- 5", "SLEEP x"})
    CHECK_MESSAGE(contains(refused(line), "write SLEEP <milliseconds>"), line);
}

TEST_CASE("tickets come in any case and a mistyped one is refused") {
  CHECK(asked(with_ticket("STATUS")).subject == some_ticket);
  auto upper = to_text(some_ticket);
  for (auto& c : upper)
    c = static_cast<char>(std::toupper(c));
  CHECK(asked("status " + upper).subject == some_ticket);
  auto mistyped = to_text(some_ticket);
  mistyped.back() = mistyped.back() == 'a' ? 'b' : 'a';
  CHECK(contains(refused("STATUS " + mistyped), "is not a ticket"));
  CHECK(contains(refused("CANCEL"), "which ticket"));
  refused(with_ticket("FORGET", " now"));
}

TEST_CASE("a result's stream can be chosen") {
  CHECK(asked(with_ticket("RESULT")).streams == stream_choice::out);
  CHECK(asked(with_ticket("RESULT", " stdout")).streams == stream_choice::out);
  CHECK(asked(with_ticket("RESULT", " STDERR")).streams == stream_choice::err);
  CHECK(asked(with_ticket("RESULT", " both")).streams == stream_choice::both);
  CHECK(asked(with_ticket("WAIT", " none")).streams == stream_choice::none);
  refused(with_ticket("RESULT", " stdin"));
  refused(with_ticket("RESULT", " both 5"));
}

TEST_CASE("a wait's seconds may have a fraction") {
  CHECK(asked(with_ticket("WAIT")).timeout_ms == wait_for_ever);
  CHECK(asked(with_ticket("WAIT", " 5")).timeout_ms == 5000);
  CHECK(asked(with_ticket("WAIT", " both 0.5")).timeout_ms == 500);
  CHECK(asked(with_ticket("WAIT", " 0")).timeout_ms == 0);
  CHECK(asked(with_ticket("WAIT", " 0.0001")).timeout_ms == 1);
  CHECK(asked(with_ticket("WAIT", " 1000000000")).timeout_ms == 1'000'000'000'000);
  for (const auto* seconds : {" -1", " 1e3", " .5", " 5.", " inf", " 1000000001", " 0x5", " +5",
                              " 1.0000000001", " 5 both", " 5 5"})
    CHECK_MESSAGE(!refused(with_ticket("WAIT", seconds)).empty(), seconds);
}

TEST_CASE("WAIT ALL is about the session's tickets") {
  const auto result = parsed("wait all 2.5");
  CHECK(result.subject == subject_choice::all);
  CHECK(result.request.kind == request_kind::wait_all);
  CHECK(result.request.timeout_ms == 2500);
  refused("WAIT ALL both");
  refused("RESULT ALL");
}

TEST_CASE("LAST stands for a ticket wherever one is asked for") {
  for (const auto* line :
       {"STATUS LAST", "RESULT last both", "WAIT LAST 5", "CANCEL LAST", "FORGET Last"})
    CHECK(parsed(line).subject == subject_choice::last);
}

TEST_CASE("a list is filtered, limited and continued") {
  const auto plain = asked("LIST");
  CHECK_FALSE(plain.everywhere);
  CHECK(plain.state_mask == 0);
  CHECK(plain.limit == 1000);
  const auto full = asked("LIST all state=running,Queued limit=7 after=" + to_text(some_ticket));
  CHECK(full.everywhere);
  CHECK(full.state_mask
        == ((1U << static_cast<unsigned>(job_state::running))
            | (1U << static_cast<unsigned>(job_state::queued))));
  CHECK(full.limit == 7);
  CHECK(full.after == some_ticket);
}

TEST_CASE("a list's mistakes are named") {
  CHECK(contains(refused("LIST state=sleeping"), "queued, assigned, running"));
  CHECK(contains(refused("LIST state="), "unknown state ''"));
  CHECK(contains(refused("LIST limit=0"), "1 to 10000"));
  CHECK(contains(refused("LIST limit=10001"), "1 to 10000"));
  CHECK(contains(refused("LIST limit=1x"), "1 to 10000"));
  CHECK(contains(refused("LIST after=abc"), "ticket"));
  CHECK(contains(refused("LIST node=a"), "state=, limit= and after="));
  CHECK(contains(refused("LIST everything"), "LIST [all]"));
  refused("LIST all all");
}

TEST_CASE("RETIRE names a ledger by its code, in any case") {
  const auto request = asked("retire K7M2Q");
  CHECK(request.kind == request_kind::retire);
  CHECK(request.subject == ticket{"k7m2q", 0});
  for (const auto* line : {"RETIRE", "RETIRE k7m2", "RETIRE k7m2q-"})
    CHECK(contains(refused(line), "the part of its tickets before the '-'"));
}

TEST_CASE("an end word that is too long hears of its limit") {
  CHECK(parsed("SUBMIT until=" + std::string(255, 'x')).body.word.size() == 255);
  const auto over = parsed("SUBMIT until=" + std::string(256, 'x'));
  CHECK(over.close);
  CHECK(contains(over.text, "at most 255 bytes"));
  CHECK(contains(parsed("SUBMIT until=").text, "until=EOF"));
}

TEST_CASE("verbs that stand alone take no arguments") {
  CHECK(asked("NODES").kind == request_kind::nodes);
  CHECK(asked("STATS ").kind == request_kind::stats);
  CHECK(parsed("VERSION").action == request_action::version);
  for (const auto* line :
       {"PING x", "VERSION 2", "QUIT now", "NODES all", "STATS x", "exit 0", "getall x"})
    CHECK_MESSAGE(contains(refused(line), "stands alone"), line);
}

TEST_CASE("every verb has help") {
  for (const auto verb : known_verbs())
    CHECK_MESSAGE(!help_text(verb).empty(), verb);
  CHECK(parsed("HELP submit").text == "submit");
  CHECK(parsed("HELP").action == request_action::help);
}
