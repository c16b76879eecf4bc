// The functions that a job may call by name, and the place to add one.
// Owns: the table from names to functions. Built-in: noop, echo, primes, wordcount.
// Must not know: threads, tickets, or what is done with a function's result.
//
// To add a function, write one source file:
//
//     #include "actors/jobs/function_registry.hpp"
//
//     namespace {
//     std::string shout(const std::string& arguments) { return arguments + "!"; }
//     const evenkeel::jobs::function_registration registered{"shout", shout};
//     } // namespace
//
// and compile it into the executable itself. (In a static library the linker drops a file that
// nothing refers to, and the registration with it.)
#pragma once

#include <functional>
#include <map>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::jobs {

/// Takes the job's arguments as the client wrote them, returns the job's output. Throws anything
/// derived from std::exception to fail the job; `what()` is shown to the client.
/// Several jobs may call the same function at once, each on a thread of its own: it keeps no
/// unguarded state. Nothing can stop it from outside; it has to end by itself.
using job_function = std::function<std::string(const std::string& arguments)>;

enum class registration { added, bad_name, name_taken, no_function };

/// Thread safe.
class function_registry {
public:
  static constexpr std::size_t max_name_size = 64;

  /// With the built-in functions.
  function_registry();

  /// The registry that jobs use; `function_registration` adds to it.
  static function_registry& global();

  /// `[a-z0-9_.-]`, 1 to 64 of them.
  static bool valid_name(std::string_view name);

  /// A name is registered once; a second registration changes nothing.
  registration register_function(std::string name, job_function function);

  /// An empty function where the name is unknown.
  [[nodiscard]] job_function find(std::string_view name) const;

  /// In alphabetical order.
  [[nodiscard]] std::vector<std::string> names() const;

private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, job_function, std::less<>> functions_;
};

/// Adds a function to the global registry when the program starts; see the top of this file.
struct function_registration {
  /// Throws std::invalid_argument where `register_function` refuses: at start-up that ends the
  /// program with the reason.
  function_registration(std::string name, job_function function);
};

} // namespace evenkeel::jobs
