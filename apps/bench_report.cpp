#include "apps/bench_report.hpp"

#include <iomanip>
#include <ostream>

namespace evenkeel::apps {

namespace {

constexpr int name_width = 22;
constexpr int count_width = 10;
constexpr int time_width = 10;

void print_row(std::ostream& out, const char* name, const latency_histogram& times,
               double elapsed_s) {
  if (times.count() == 0)
    return;
  const auto rate = elapsed_s > 0 ? static_cast<double>(times.count()) / elapsed_s : 0;
  out << std::left << std::setw(name_width) << name << std::right << std::setw(count_width)
      << times.count() << std::fixed << std::setprecision(0) << std::setw(time_width) << rate
      << std::setprecision(2);
  for (const auto share : {0.5, 0.9, 0.99})
    out << std::setw(time_width) << times.percentile_ms(share);
  out << std::setw(time_width) << times.max_ms() << '\n';
}

void print_count(std::ostream& out, const std::string& name, std::uint64_t count,
                 const std::string& remark) {
  if (count > 0)
    out << std::left << std::setw(name_width) << name << std::right << std::setw(count_width)
        << count << "  " << remark << '\n';
}

} // namespace

void print_report(std::ostream& out, const bench_figures& figures) {
  out << std::left << std::setw(name_width) << "" << std::right << std::setw(count_width)
      << "count";
  for (const auto* title : {"per s", "p50 ms", "p90 ms", "p99 ms", "max ms"})
    out << std::setw(time_width) << title;
  out << '\n';
  print_row(out, "submitted", figures.submissions, figures.elapsed_s);
  print_row(out, "submitted to result", figures.results, figures.elapsed_s);
  print_count(out, "jobs not done", figures.not_done, "results with another state than done");
  print_count(out, "BUSY", figures.busy, "sent again after 10 ms");
  for (const auto& [code, trouble] : figures.errors)
    print_count(out, code, trouble.count, "first: " + trouble.first);
  print_count(out, "connections lost", figures.lost_connections.count,
              "first: " + figures.lost_connections.first);
  print_count(out, "jobs given up", figures.unanswered,
              "nothing was answered for --timeout seconds");
  out << std::flush; // waiting for the jobs may follow
}

} // namespace evenkeel::apps
