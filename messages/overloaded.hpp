// For std::visit with lambdas: one function object out of several.
#pragma once

namespace evenkeel {

template <class... Functions>
struct overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
overloaded(Functions...) -> overloaded<Functions...>;

} // namespace evenkeel
