// One value of each kind of record with every field different from its default and from its
// neighbours, so that a forgotten or swapped field shows.
#pragma once

#include "messages/records.hpp"

#include <vector>

namespace evenkeel::test {

inline job_spec sample_spec() {
  return {job_kind::function, true, true, 1500, "resize \xc3\xa9", std::string("a\0b\n", 4)};
}

inline job_result sample_result() {
  job_result result;
  result.how = outcome::lost;
  result.out_truncated = true;
  result.err_truncated = true;
  result.exit_code = -7;
  result.signal = 9;
  result.attempt = 3;
  result.assigned = {41, 42};
  result.started_ms = 1'795'461'387'123;
  result.ended_ms = 1'795'461'388'624;
  result.node = "oak";
  result.reason = "memory";
  result.out = std::string("out\0", 4);
  result.err = "err";
  return result;
}

inline std::vector<record::value> sample_records() {
  const ledger_id one{0x0102030405060708, 0x090a0b0c0d0e0f10};
  const ledger_id other{0x1112131415161718, 0x191a1b1c1d1e1f20};
  return {
      record::identity{one, "k3", 5, 6},
      record::open_job{17,
                       1'795'461'387'000,
                       2,
                       1,
                       {3, 4},
                       {5, 6},
                       other,
                       {7, 8},
                       sample_spec(),
                       "nightly",
                       "ana"},
      record::finished_job{18, 1'795'461'387'001, job_kind::sleep, true, 99, "true",
                           sample_result(), "weekly", "bob"},
      record::held_attempt{{{one, 19}, {21, 22}},
                           4,
                           true,
                           true,
                           true,
                           true,
                           23,
                           {24, 25},
                           "k3",
                           sample_spec(),
                           sample_result()},
      record::proxy_identity{26, true},
      record::member{other, "m4", "birch", {27, 28}, 8, "10.0.0.7:4711"},
      record::cluster_job{
          {one, 29}, 1'795'461'387'002, 5, 6, {30, 31}, other, {32, 33}, sample_spec()},
      record::placement{{one, 34}, {35, 36}, 7, other},
      record::waiting_result{{one, 37}, other, sample_result()},
      record::issued{38},
      record::spawned_node{39, "elm", "10.0.0.9", 4242, 40, "10.0.0.9", 9000, true},
  };
}

} // namespace evenkeel::test
