// What is asked of nodes, one connection for each round of questions.
#pragma once

#include "client/connection.hpp"
#include "scenario/cluster.hpp"
#include "scenario/tickets.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace evenkeel::scenario {

/// Throws client::connection_lost, as all of these do.
std::unique_ptr<client::connection> connect_to(const node_place& node, client::deadline until);

/// Asks there for all these results and enters the answers into the book; one verdict a ticket.
std::vector<verdict> ask_results(const node_place& node, const std::vector<std::string>& tickets,
                                 ticket_book& book, client::deadline until);

/// Submits `count` copies of a job there, enters the tickets, and returns how many were refused
/// with an error that says "try again". Any other error is a failure.
std::size_t submit_jobs(const node_place& node, std::size_t count, const std::string& job,
                        ticket_book& book, client::deadline until);

/// Records of a list (NODES, STATS), by the first node that answers; `trouble` says why nobody did.
struct list_answer {
  std::vector<std::string> records;
  std::string trouble;
};
list_answer ask_list(const cluster& all, const std::string& request);

/// From now.
client::deadline in_a_moment();

} // namespace evenkeel::scenario
