#include "script_parts.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace evenkeel::scenario;
using namespace evenkeel::test;

TEST_CASE("blank lines and comments are no steps and lines keep their numbers") {
  const auto all = parse("# one\n\n  start proxy   # two\n\tstart a\r\n");
  REQUIRE(all.steps.size() == 2);
  CHECK(all.steps[0].line == 3);
  CHECK(all.steps[0].text == "start proxy");
  CHECK(all.steps[1].line == 4);
}

TEST_CASE("an empty script has no steps") {
  CHECK(parse("").steps.empty());
  CHECK(parse("\n# nothing").steps.empty());
}

TEST_CASE("what begins with two dashes goes to the process as it is") {
  const auto all = parse("start a b supervised --slots 4 --log-level debug");
  const auto step = std::get<process_step>(all.steps.at(0).what);
  CHECK(step.names == std::vector<std::string>{"a", "b"});
  CHECK(step.supervised);
  CHECK(step.options == std::vector<std::string>{"--slots", "4", "--log-level", "debug"});
}

TEST_CASE("processes get certificates where the word tls stands before the options") {
  const auto first = [](const std::string& line) {
    return std::get<process_step>(parse(line).steps.at(0).what);
  };
  CHECK(first("start proxy tls").tls);
  CHECK(first("start a supervised tls --slots 4").tls);
  CHECK(first("start a supervised tls").supervised);
  CHECK_FALSE(first("start a").tls);
}

TEST_CASE("hosts are started where the word host stands before the names") {
  const auto step = last<process_step>("start host h k tls --open");
  CHECK(step.hosts);
  CHECK(step.tls);
  CHECK(step.names == std::vector<std::string>{"h", "k"});
  CHECK(step.options == std::vector<std::string>{"--open"});
  CHECK_FALSE(last<process_step>("start d").hosts);
  CHECK(has(problem("start host"), "usage: start [host] NAME..."));
  CHECK(has(problem("start host a"), "a was started further up"));
  CHECK(has(problem("start host proxy"), "is the proxy, not a host"));
}

TEST_CASE("a node is spawned on a host") {
  const auto step = last<spawn_step>("start host h\nspawn d e on h --slots 4");
  CHECK(step.names == std::vector<std::string>{"d", "e"});
  CHECK(step.host == "h");
  CHECK(step.options == std::vector<std::string>{"--slots", "4"});
  CHECK(last<despawn_step>("start host h\nspawn d e on h\ndespawn d").names
        == std::vector<std::string>{"d"});
}

TEST_CASE("a spawned node is no process, and a host is no node") {
  const auto behind = [](const std::string& line) {
    try {
      parse(cluster_of_three + "start host h k\nspawn d on h\n" + line);
    } catch (const syntax_error& error) {
      return std::to_string(error.line) + ": " + error.what();
    }
    return std::string{};
  };
  for (const auto* verb : {"stop", "kill", "freeze", "thaw", "restart", "wipe", "cut", "heal"})
    CHECK(has(behind(verb + std::string(" d")),
              "5: d is a spawned node, no process of its own: name its host, h"));
  CHECK(has(behind("start d"), "5: d was started further up"));
  CHECK(has(behind("spawn a on h"), "5: a was started further up, as a process of its own"));
  CHECK(has(behind("spawn proxy on h"), "5: the process named proxy is the proxy, not a node"));
  CHECK(has(behind("spawn d on k"), "5: d was spawned on h, and its tickets are there"));
  CHECK(has(behind("spawn e e on h"), "5: e is named twice"));
  CHECK(has(behind("spawn e on a"), "5: a is no host"));
  CHECK(has(behind("spawn e on x"), "5: no \"start x\" stands above; usage: spawn"));
  CHECK(has(behind("spawn e"), "5: which node, and on which host?; usage: spawn"));
  CHECK(has(behind("spawn on h"), "5: which node, and on which host?; usage: spawn"));
  CHECK(has(behind("despawn a"), "5: a is no spawned node"));
  CHECK(has(behind("despawn"), "5: whom?; usage: despawn"));
  CHECK(has(behind("submit 1 to h: SLEEP 1"), "5: jobs are submitted to nodes, and h is a host"));
  CHECK(has(behind("expect node h state=live"), "5: h is a host"));
  CHECK(has(behind("expect log d says x"), "5: d writes into the log of its host, h"));
}

TEST_CASE("nodes means the spawned ones too where jobs are submitted") {
  const std::string begin = "start host h\nspawn d on h\n";
  CHECK(last<submit_step>(begin + "submit 1 to nodes: SLEEP 1").homes
        == std::vector<std::string>{"a", "b", "c", "d"});
  CHECK(last<process_step>(begin + "kill nodes").names == std::vector<std::string>{"a", "b", "c"});
  CHECK(last<process_step>(begin + "kill all").names
        == std::vector<std::string>{"proxy", "a", "b", "c", "h"});
}

TEST_CASE("all and nodes mean what was started further up") {
  CHECK(last<process_step>("kill all").names == std::vector<std::string>{"proxy", "a", "b", "c"});
  CHECK(last<process_step>("freeze nodes").names == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("a restart may be in any order") {
  CHECK(last<process_step>("restart all in any order").any_order);
  CHECK_FALSE(last<process_step>("restart a").any_order);
}

TEST_CASE("only a script that cuts links needs hosts") {
  CHECK_FALSE(parse(cluster_of_three + "kill a").hosts);
  CHECK(parse(cluster_of_three + "cut a").hosts);
  CHECK(last<process_step>("cut a b").cut == direction::both);
  CHECK(last<process_step>("cut a in").cut == direction::in);
  CHECK(last<process_step>("cut proxy out").cut == direction::out);
}

TEST_CASE("a job is everything behind the colon as it stands there") {
  const auto step = last<submit_step>("submit 20 to a b:  SUBMIT -- echo \"# x: y\"  | wc ");
  CHECK(step.count == 20);
  CHECK(step.homes == std::vector<std::string>{"a", "b"});
  CHECK(step.job == "SUBMIT -- echo \"# x: y\"  | wc");
}

TEST_CASE("a load has clients and perhaps a pace and homes") {
  const auto plain = last<load_step>("load 4: SLEEP 20");
  CHECK(plain.clients == 4);
  CHECK(plain.homes.empty());
  const auto full = last<load_step>("load 2 every 300ms to nodes: CALL -- noop");
  CHECK(full.pause == milliseconds{300});
  CHECK(full.homes.size() == 3);
  CHECK(full.job == "CALL -- noop");
  CHECK(last<load_step>("load off").clients == 0);
}

TEST_CASE("times are in milliseconds, seconds, minutes or hours") {
  CHECK(last<pause_step>("pause 3s").time == milliseconds{3000});
  CHECK(last<pause_step>("pause 1.5s").time == milliseconds{1500});
  CHECK(last<pause_step>("pause 20ms").time == milliseconds{20});
  CHECK(last<pause_step>("pause 1.5m").time == milliseconds{90'000});
  CHECK(last<pause_step>("pause 24h").time == milliseconds{86'400'000});
  CHECK(has(problem("pause 1d"), "\"1d\" is not a time"));
  CHECK(has(problem("pause 3"), "\"3\" is not a time"));
  CHECK(has(problem("pause -1s"), "not a time"));
  CHECK(has(problem("pause"), "pause 3s"));
}

TEST_CASE("a mistake is named with its line and with what to write instead") {
  CHECK(has(problem("frieze a"), "no verb \"frieze\""));
  CHECK(has(problem("frieze a"), "freeze"));
  CHECK(has(problem("kill d"), "no \"start d\" stands above"));
  CHECK(has(problem("start a"), "restart a"));
  CHECK(has(problem("start A"), "names are of a-z"));
  CHECK(has(problem("start all"), "cannot be a name"));
  CHECK(has(problem("kill"), "usage: kill NAME"));
  CHECK(has(problem("submit 0 to a: SLEEP 1"), "not a number from 1"));
  CHECK(has(problem("submit 1 to a"), "usage: submit"));
  CHECK(has(problem("submit 1 to proxy: SLEEP 1"), "not to the proxy"));
  CHECK(has(problem("submit 1 to a: STATUS x"), "write SUBMIT, CALL or SLEEP"));
  CHECK(has(problem("submit 1 to a: SUBMIT bytes=3"), "announces a body"));
  CHECK(has(problem("load: SLEEP 1"), "how many clients"));
}

TEST_CASE("words behind the names say which ones a verb takes") {
  CHECK(has(problem("cut a sideways"), "no \"start sideways\" stands above; usage: cut"));
  CHECK(has(problem("cut a sideways"), "at its end: [in | out]"));
  CHECK(has(problem("cut in a"), "\"in\" is not understood there; usage: cut"));
  CHECK(has(problem("restart a in some order"), "\"in\" is not understood there; usage: restart"));
  CHECK(has(problem("restart a in some order"), "at its end: [in any order]"));
  CHECK(has(problem("stop a in any order"), "usage: stop NAME... | nodes | all"));
  CHECK(has(problem("kill b within 5s"), "\"within\" is not understood there"));
  CHECK(has(problem("start d --slots 2 supervised"), "stands before the options"));
  CHECK(has(problem("start d --slots 2 tls"), "\"tls\" stands before the options"));
}

TEST_CASE("nobody is named twice in one step") {
  CHECK(has(problem("kill a a"), "a is named twice"));
  CHECK(has(problem("stop nodes b"), "b is named twice"));
  CHECK(has(problem("submit 3 to a a: SLEEP 1"), "a is named twice"));
  CHECK(has(problem("start d d"), "d was started further up"));
}

TEST_CASE("what means something else cannot be a name") {
  for (const auto* name : {"all", "nodes", "to", "in", "out", "off", "every", "kill", "start",
                           "bin", "marks", "certs", "host", "on", "spawn"})
    CHECK(has(problem(std::string("start d ") + name), "cannot be a name"));
  CHECK(has(problem("start -h"), "names are of a-z"));
  CHECK(has(problem("start " + std::string(33, 'd')), "up to 32"));
}

TEST_CASE("a script starts no more processes than hosts have addresses") {
  std::string all = "start proxy\n";
  for (int i = 0; i < 250; ++i)
    all += "start n" + std::to_string(i) + "\n";
  CHECK_THROWS_WITH(parse(all), "a script starts at most 250 processes");
}

TEST_CASE("what is missing in a submission or a load is named") {
  CHECK(has(problem("submit 5 to: SLEEP 1"), "behind \"to\" a name is missing"));
  CHECK(has(problem("load 5 to: SLEEP 1"), "behind \"to\" a name is missing"));
  CHECK(has(problem("load 5 every: SLEEP 1"), "behind \"every\" a time is missing"));
  CHECK(has(problem("load off: SLEEP 1"), "usage: load CLIENTS"));
  CHECK(has(problem("load"), "usage: load CLIENTS"));
  CHECK(has(problem("submit 99999999999999999999999 to a: SLEEP 1"), "not a number from 1"));
  CHECK(has(problem("load 101: SLEEP 1"), "not a number from 1 to 100"));
  CHECK(has(problem("submit 1 to a:SLEEP 1"), "a job is missing behind a colon"));
}

TEST_CASE("what is not printable is shown escaped and what is long is cut") {
  CHECK(has(problem("\x1b[31mkill a"), R"(no verb "\x1b[31mkill")"));
  CHECK(has(problem("kill \xff\x7f"), R"("start \xff\x7f")"));
  CHECK(has(problem("pause 3\x01"), R"("3\x01" is not a time)"));
  CHECK(has(problem("expect \x02"), R"("\x02" cannot)"));
  CHECK(has(problem("submit 1 to a: SUBMIT bytes=\x1b -- x"), R"(bytes=\x1b)"));
  const std::string endless(60'000, 'x');
  for (const auto& line : {endless, "kill " + endless, "pause " + endless, "start " + endless,
                           "expect " + endless, "submit 1 to a: SUBMIT bytes=" + endless})
    CHECK(problem(line).size() < 700);
  const auto all = parse(cluster_of_three + "submit 1 to a: SUBMIT -- \x1b " + endless);
  CHECK(has(all.steps.back().text, R"(SUBMIT -- \x1b xxx)"));
  CHECK(all.steps.back().text.size() < 400);
}

TEST_CASE("a script is a plain text of bounded size") {
  CHECK_THROWS_WITH(parse(std::string(max_script_bytes + 1, '\n')),
                    "a script has at most 1048576 bytes");
  CHECK(has(problem("kill a # " + std::string(max_line_bytes, 'x')), "at most 65536 bytes"));
  CHECK(has(problem(std::string("kill a\0", 7)), "NUL byte"));
  std::string many = "start proxy\n";
  for (std::size_t i = 0; i < max_steps; ++i)
    many += "pause 1s\n";
  CHECK_THROWS_WITH(parse(many), "a script has at most 10000 steps");
}

TEST_CASE("ends of lines of other systems and a byte order mark do no harm") {
  const auto all = parse("\xef\xbb\xbfstart proxy\r\nstart a\r\nsubmit 1 to a: SLEEP 5\r\nkill a");
  REQUIRE(all.steps.size() == 4);
  CHECK(std::get<submit_step>(all.steps[2].what).job == "SLEEP 5");
  CHECK(std::get<process_step>(all.steps[3].what).names == std::vector<std::string>{"a"});
}
