// A reply that takes several questions to the node, so that neither an answer nor a piece of text
// grows without a bound: the original's getall, and WAIT ALL over many tickets.
// Must not know: when the next page may be asked.
#pragma once

#include "messages/client.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace evenkeel::core {

class paged_reply {
public:
  /// `first` is the first question; `page` how many jobs each further one asks for.
  paged_reply(const client_request& first, std::size_t page);

  /// True for a request that this class is for.
  static bool fits(const client_request& request, std::size_t page);

  /// Appends what the answer adds to the reply. True: the reply is complete.
  bool on_answer(const client_answer& answer, std::string& out);
  /// The question after the last answer.
  client_request next();

private:
  bool on_results(const client_answer& answer, std::string& out);
  bool on_waited(const client_answer& answer, std::string& out);

  request_kind kind_;
  std::size_t page_;
  bool begun_ = false;
  ticket after_;                         ///< getall: the last job that was shown
  std::vector<std::uint64_t> sequences_; ///< WAIT ALL
  std::size_t shown_ = 0;                ///< WAIT ALL: of `sequences_`
};

} // namespace evenkeel::core
