#include "scenario/marks.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <string>

using namespace evenkeel::scenario;

namespace {

struct marked {
  marked() {
    std::string name = (std::filesystem::temp_directory_path() / "evenkeel-marks-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    directory = name;
    std::ofstream{directory / "marks"} << "t-1 run 1 a\nt-2 run 1 b\nt-2 run 2 c\nt-1 ended 1 a\n";
  }
  ~marked() { std::filesystem::remove_all(directory); }
  std::string unlike(mark_measure measure, const std::string& word, relation op,
                     const std::string& number) const {
    return unlike_marks({measure, {word, op, number}}, directory / "marks");
  }
  std::filesystem::path directory;
};

} // namespace

TEST_CASE_FIXTURE(marked, "marks are counted by their word") {
  CHECK(unlike(mark_measure::lines, "run", relation::equal, "3").empty());
  CHECK(unlike(mark_measure::lines, "ended", relation::equal, "1").empty());
  CHECK(unlike(mark_measure::lines, "other", relation::equal, "0").empty());
  CHECK(unlike(mark_measure::lines, "run", relation::less, "3") == "3 marks \"run\" of 2 jobs");
}

TEST_CASE_FIXTURE(marked, "a job with too many marks is named") {
  CHECK(unlike(mark_measure::each, "run", relation::at_most, "2").empty());
  CHECK(unlike(mark_measure::each, "run", relation::equal, "1").find("t-2") != std::string::npos);
  CHECK(unlike(mark_measure::most, "run", relation::equal, "2").empty());
}

TEST_CASE_FIXTURE(marked, "nothing is true of each job while there is none") {
  CHECK_FALSE(unlike(mark_measure::each, "other", relation::equal, "1").empty());
}
