#include "actors/loopback.hpp"

#include <boost/asio/ip/address.hpp>

namespace evenkeel {

bool is_loopback(const std::string& address) {
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(address, error);
  return error ? address == "localhost" : parsed.is_loopback();
}

} // namespace evenkeel
