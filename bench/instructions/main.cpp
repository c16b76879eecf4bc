// Takes no-op jobs along their path, so that scripts/instructions can have callgrind count what
// each stage takes. Prints the bytes of each stage, for all jobs together:
//
//   stage stored wire client
#include "bench/instructions/job_path.hpp"

#include <CLI/CLI.hpp>

#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>

using namespace evenkeel::bench;

namespace {

/// Collection begins and ends here (callgrind's --toggle-collect).
[[gnu::noinline]] void counted_batches(job_path& path, std::size_t batches) {
  for (; batches > 0; --batches)
    path.one_batch();
}

void print(const job_path& path) {
  for (std::size_t i = 0; i < stage_names.size(); ++i) {
    if (!path.has(static_cast<stage>(i)))
      continue;
    const auto& bytes = path.bytes()[i];
    std::printf("%s %llu %llu %llu\n", std::string(stage_names[i]).c_str(),
                static_cast<unsigned long long>(bytes.stored),
                static_cast<unsigned long long>(bytes.wire),
                static_cast<unsigned long long>(bytes.client));
  }
}

} // namespace

int main(int argc, char** argv) {
  std::string directory;
  std::size_t batch = 1;
  std::size_t batches = 100;
  std::size_t warm_up = 10;
  bool at_home = false;
  CLI::App app{"no-op jobs, stage by stage"};
  app.add_option("--data", directory, "an empty directory")->required();
  app.add_option("--batch", batch, "jobs under way together")->check(CLI::Range(1, 64));
  app.add_option("--batches", batches, "how many of them are counted");
  app.add_option("--warm-up", warm_up, "how many before these are not");
  app.add_flag("--home", at_home, "short calls are run by their home");
  CLI11_PARSE(app, argc, argv);
  try {
    job_path path(directory, batch, at_home);
    for (; warm_up > 0; --warm_up)
      path.one_batch();
    path.reset_bytes();
    counted_batches(path, batches);
    print(path);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "bench_instructions: %s\n", problem.what());
    return 1;
  }
}
