#include "bench/peers/talker.hpp"

namespace evenkeel::bench {

wrong_reply::wrong_reply(std::string_view peer, std::string_view wanted, std::string_view got)
    : std::runtime_error(std::string(peer) + ": wanted " + std::string(wanted) + ", got \""
                         + std::string(got.substr(0, 200)) + "\"") {}

crlf_line first_crlf_line(std::string_view in) {
  const auto end = in.find("\r\n");
  return end == std::string_view::npos ? crlf_line{} : crlf_line{in.substr(0, end), end + 2};
}

} // namespace evenkeel::bench
