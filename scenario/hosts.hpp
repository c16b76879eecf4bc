// Hosts on one machine: a network namespace for each, joined by a switch, with links that can be
// made silent. Nothing of it is visible to the machine's own network. Owns: the namespaces, which
// are gone when this is. Must not know: what runs in them.
//
//   host a          switch (a namespace without addresses of its own)
//   eth0 <----> v1 | bridge h1 | u1 <----> d1 | bridge hub | d2 <----> u2 ...
//
// A silent direction loses every packet in the middle: v1 drops what goes to a, u1 what comes from
// it. Neither end is told: no RST, no ICMP, no carrier lost.
#pragma once

#include "scenario/script.hpp"

#include <map>
#include <string>

namespace evenkeel::scenario {

/// While it lives, this thread's new sockets and processes belong to another network namespace.
class in_host {
public:
  /// -1: stays where it is.
  explicit in_host(int host);
  ~in_host();
  in_host(const in_host&) = delete;
  in_host& operator=(const in_host&) = delete;

private:
  int before_ = -1;
};

class hosts {
public:
  /// Why there cannot be any here; empty if there can.
  static std::string obstacle();

  /// Removes what earlier runs that were killed have left. Throws std::runtime_error, as do all.
  hosts();
  ~hosts();
  hosts(const hosts&) = delete;
  hosts& operator=(const hosts&) = delete;

  void add(const std::string& name);
  [[nodiscard]] bool has(const std::string& name) const { return hosts_.contains(name); }
  /// For in_host.
  [[nodiscard]] int descriptor(const std::string& name) const { return hosts_.at(name).descriptor; }
  [[nodiscard]] std::string address(const std::string& name) const;

  void cut(const std::string& name, direction silent) const;
  void heal(const std::string& name) const;

private:
  struct host {
    int number = 0;
    int descriptor = -1;
  };

  [[nodiscard]] std::string space(const std::string& name) const;
  void remove_all();

  std::string prefix_;
  std::map<std::string, host> hosts_;
};

} // namespace evenkeel::scenario
