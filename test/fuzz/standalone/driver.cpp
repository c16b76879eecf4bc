// Runs a fuzz target without libFuzzer: once over the empty input, then over every file below the
// paths given on the command line, in the order of their names. So the corpus is a regression test
// with every compiler. A crash names its file, because each name is printed before its run.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_below(const fs::path& root) {
  if (!fs::is_directory(root))
    return {root};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.is_regular_file())
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// False if the file cannot be read.
bool run_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return false;
  // An exact-size heap block, so that AddressSanitizer sees a read past the end.
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in),
                                std::istreambuf_iterator<char>()};
  const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(input.data(), input.size());
  return true;
}

} // namespace

int main(int argc, char** argv) {
  const std::uint8_t nothing = 0;
  LLVMFuzzerTestOneInput(&nothing, 0);
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& path : files_below(argv[i])) {
      std::fprintf(stderr, "%s\n", path.c_str());
      if (!run_file(path)) {
        std::fprintf(stderr, "cannot read it\n");
        return 1;
      }
      ++count;
    }
  }
  std::printf("%zu inputs\n", count + 1);
  return 0;
}
