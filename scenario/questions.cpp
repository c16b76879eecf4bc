#include "scenario/questions.hpp"

#include <algorithm>
#include <sstream>

namespace evenkeel::scenario {

namespace {

/// Of one exchange with a node that should be well.
constexpr std::chrono::seconds moment{10};
constexpr std::size_t together = 200; ///< requests without a reply

} // namespace

client::deadline in_a_moment() {
  return std::chrono::steady_clock::now() + moment;
}

std::unique_ptr<client::connection> connect_to(const node_place& node, client::deadline until) {
  const in_host scope{node.host};
  return std::make_unique<client::connection>("127.0.0.1", node.port, until);
}

std::vector<verdict> ask_results(const node_place& node, const std::vector<std::string>& tickets,
                                 ticket_book& book, client::deadline until) {
  const auto connection = connect_to(node, until);
  std::vector<verdict> verdicts;
  for (std::size_t begin = 0; begin < tickets.size(); begin += together) {
    const auto end = std::min(begin + together, tickets.size());
    std::string requests;
    for (auto i = begin; i < end; ++i)
      requests += "RESULT " + tickets[i] + " both\n";
    connection->send(requests, until);
    for (auto i = begin; i < end; ++i)
      verdicts.push_back(book.answered(tickets[i], node.name, connection->receive(until)));
  }
  return verdicts;
}

std::size_t submit_jobs(const node_place& node, std::size_t count, const std::string& job,
                        ticket_book& book, client::deadline until) {
  const auto connection = connect_to(node, until);
  std::size_t refused = 0;
  for (std::size_t done = 0; done < count;) {
    const auto now = std::min(together, count - done);
    std::string requests;
    for (std::size_t i = 0; i < now; ++i)
      requests += job + '\n';
    connection->send(requests, until);
    for (std::size_t i = 0; i < now; ++i) {
      const auto answer = connection->receive(until);
      if (answer.ok())
        book.acknowledged(std::string(answer.field("ticket")), node.name);
      else if (answer.code() == "BUSY" || answer.code() == "UNAVAILABLE")
        ++refused;
      else
        throw failure("a job was refused at " + node.name + ": " + std::string(answer.line));
    }
    done += now;
  }
  return refused;
}

list_answer ask_list(const cluster& all, const std::string& request) {
  auto nodes = all.nodes();
  std::stable_partition(nodes.begin(), nodes.end(), [](const auto& one) { return !one.cut; });
  list_answer found;
  found.trouble = "no node runs";
  for (const auto& node : nodes) {
    if (!node.running)
      continue;
    try {
      const auto connection = connect_to(node, in_a_moment());
      const auto answer = connection->ask(request, in_a_moment());
      if (answer.ok()) {
        std::istringstream lines{std::string(answer.body)};
        for (std::string line; std::getline(lines, line);)
          if (!line.empty())
            found.records.push_back(line);
        found.trouble.clear();
        return found;
      }
      found.trouble = node.name + " answers " + std::string(answer.line);
    } catch (const client::connection_lost& lost) {
      found.trouble = node.name + ": " + lost.what();
    }
  }
  return found;
}

} // namespace evenkeel::scenario
