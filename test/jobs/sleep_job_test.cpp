#include "actors/jobs/sleep_job.hpp"

#include <doctest/doctest.h>

TEST_CASE("a sleep's result reads word for word like the original system's") {
  CHECK(evenkeel::jobs::sleep_result_text("k3", 1500, 1'795'461'387'123, 1'795'461'388'624)
        == "Executed Job[k3] for 1500 milliseconds from 2026-11-23T19:16:27.123Z to "
           "2026-11-23T19:16:28.624Z");
}
