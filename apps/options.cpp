#include "apps/options.hpp"

#include "actors/log.hpp"

#include <boost/asio/ip/address.hpp>

#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

namespace evenkeel::apps {

namespace {

/// Those that main waits for.
sigset_t awaited_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  return set;
}

CLI::Validator log_level() {
  return {[](const std::string& text) {
            return is_log_level(text) ? std::string{}
                                      : "\"" + text
                                            + "\" is not one of trace, debug, info, warning, "
                                              "error, off";
          },
          ""};
}

} // namespace

void add_log_options(CLI::App& app, log_options& chosen) {
  app.add_option("--log-level", chosen.level, "trace, debug, info, warning, error or off")
      ->envname("EVENKEEL_LOG_LEVEL")
      ->check(log_level())
      ->capture_default_str();
  app.add_flag("--verbose", chosen.verbose, "the same as --log-level debug")
      ->envname("EVENKEEL_VERBOSE");
}

void apply(const log_options& chosen) {
  start_logging(chosen.verbose ? "debug" : chosen.level);
}

void adopt_original_variables() {
  constexpr std::array names{"DISPATCH_PERIOD", "MAX_NUM_JOBS_DISPATCH", "REQUEST_RESULT_PERIOD",
                             "MAX_NUM_NODES", "VERBOSE"};
  for (const auto* name : names)
    if (const auto* value = std::getenv(name); value != nullptr)
      setenv((std::string("EVENKEEL_") + name).c_str(), value, 0);
}

void prefer_given_log_level(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--log-level" || word.starts_with("--log-level="))
      unsetenv("EVENKEEL_VERBOSE");
  }
}

void block_stop_signals() {
  const auto set = awaited_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int wait_for_stop_signal(const std::function<void()>& on_hangup) {
  const auto set = awaited_signals();
  for (;;) {
    int number = 0;
    if (sigwait(&set, &number) != 0)
      continue;
    if (number != SIGHUP)
      return number;
    if (on_hangup)
      on_hangup();
    else
      log_line(core::note::level::info, "SIGHUP: there is nothing to read again");
  }
}

CLI::Validator port_range() {
  return whole_number(0, std::numeric_limits<std::uint16_t>::max());
}

CLI::Validator not_empty() {
  return {[](const std::string& text) {
            return text.empty() ? std::string("must not be empty") : std::string{};
          },
          ""};
}

CLI::Validator byte_size() {
  return {[](std::string& text) -> std::string {
            constexpr bool kb_is_1000 = false;
            auto digits = text;
            // CLI11 takes numbers that do not fit for the largest that does.
            constexpr std::size_t most_digits = 18;
            const auto digits_end = std::min(text.find_first_not_of("0123456789"), text.size());
            std::string problem = digits_end == 0 || digits_end > most_digits ? "no number" : "";
            try {
              if (problem.empty())
                problem = CLI::AsSizeValue{kb_is_1000}(digits);
            } catch (const CLI::Error& error) {
              problem = error.what();
            }
            if (!problem.empty())
              return "'" + text + "' is not a number of bytes such as 4096, 500k or 2G";
            text = digits;
            return {};
          },
          ""};
}

CLI::Validator whole_number(std::uint64_t least, std::uint64_t most) {
  return {[least, most](const std::string& text) {
            std::uint64_t value = 0;
            const auto* const end = text.data() + text.size();
            const auto parsed = std::from_chars(text.data(), end, value);
            const bool octal = text.size() > 1 && text.front() == '0';
            const bool fits = parsed.ec == std::errc{} && parsed.ptr == end && !octal
                              && value >= least && value <= most;
            return fits ? std::string{}
                        : "'" + text + "' is not a whole number from " + std::to_string(least)
                              + " to " + std::to_string(most);
          },
          ""};
}

CLI::Validator decimal_between(double least, double most) {
  return {[least, most](const std::string& text) {
            double value = 0;
            const bool fits = CLI::detail::lexical_cast(text, value) && value >= least
                              && value <= most; // not so for NaN
            std::ostringstream range;
            range << least << " to " << most;
            return fits ? std::string{} : "'" + text + "' is not a number from " + range.str();
          },
          ""};
}

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0')
    return "node";
  return name.data();
}

} // namespace evenkeel::apps
