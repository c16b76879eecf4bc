#include "bench/peers/table.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace evenkeel::bench {

namespace {

/// 53210 as "53,210".
std::string with_commas(double value) {
  const auto digits = fmt::format("{:.0f}", std::abs(value));
  constexpr std::size_t group = 3;
  std::string text = value < 0 ? "-" : "";
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % group == 0)
      text += ',';
    text += digits[i];
  }
  return text;
}

std::string number(double value) {
  constexpr double whole_from = 100;
  return std::abs(value) >= whole_from ? with_commas(value) : fmt::format("{:.3g}", value);
}

std::optional<spread> find(const row_results& of, const figure_name& name) {
  const auto one = of.measured.find(name.contestant);
  if (one == of.measured.end() || !one->second.contains(name.figure))
    return std::nullopt;
  return spread_of(one->second.at(name.figure));
}

std::string cell(const std::optional<spread>& what) {
  return what ? fmt::format("{} [{} to {}]", number(what->median), number(what->least),
                            number(what->most))
              : "not measured";
}

bool is_a_ratio(goal::kind what) {
  return what == goal::kind::ratio_at_least || what == goal::kind::ratio_at_most;
}

std::string goal_text(const goal& wanted, const std::string& unit) {
  const auto value = number(wanted.value)
                     + (is_a_ratio(wanted.what) ? "x"
                        : unit.starts_with('/') ? unit
                                                : " " + unit);
  switch (wanted.what) {
  case goal::kind::none:
    return "";
  case goal::kind::ratio_at_least:
  case goal::kind::at_least:
    return "at least " + value;
  case goal::kind::ratio_at_most:
  case goal::kind::at_most:
    return "at most " + value;
  }
  return "";
}

std::string verdict(const goal& wanted, std::optional<double> value) {
  if (wanted.what == goal::kind::none)
    return "";
  if (!value)
    return "not measured";
  const bool more =
      wanted.what == goal::kind::ratio_at_least || wanted.what == goal::kind::at_least;
  return (more ? *value >= wanted.value : *value <= wanted.value) ? "met" : "**not met**";
}

std::string line_of(const row_results& of, const comparison& one) {
  const auto ours = find(of, one.ours);
  const auto peer = one.peer ? find(of, *one.peer) : std::nullopt;
  std::optional<double> ratio;
  if (ours && peer && peer->median != 0)
    ratio = ours->median / peer->median;
  std::optional<double> judged = ratio;
  if (!is_a_ratio(one.wanted.what))
    judged = ours ? std::optional(ours->median) : std::nullopt;
  return fmt::format("| {} | {}, {} | {} | {} | {} | {} | {} |\n", of.what.name, one.measure,
                     one.unit, cell(ours), one.peer ? cell(peer) : "",
                     ratio ? fmt::format("{:.2f}", *ratio) : "", goal_text(one.wanted, one.unit),
                     verdict(one.wanted, judged));
}

std::string lines(const std::vector<row_results>& all, bool of_the_machine) {
  std::string text;
  for (const auto& of : all)
    if (of.what.of_the_machine == of_the_machine)
      for (const auto& one : of.what.lines)
        text += of_the_machine ? fmt::format("| {}, {} | {} |\n", one.measure, one.unit,
                                             cell(find(of, one.ours)))
                               : line_of(of, one);
  return text;
}

} // namespace

spread spread_of(std::vector<double> values) {
  if (values.empty())
    return {};
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  const auto median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {median, values.front(), values.back()};
}

std::string as_table(const std::vector<row_results>& all) {
  std::string text;
  if (const auto compared = lines(all, false); !compared.empty())
    text +=
        "| row | measure; peer, unit | Evenkeel, median [range] | peer, median [range] | ratio | "
        "goal | |\n| --- | --- | --- | --- | --- | --- | --- |\n"
        + compared;
  if (const auto limits = lines(all, true); !limits.empty())
    text += (text.empty() ? "" : "\n") + std::string("| limit | median [range] |\n| --- | --- |\n")
            + limits;
  return text;
}

std::string as_json(const std::vector<row_results>& all, const std::vector<std::string>& remarks) {
  nlohmann::json rows = nlohmann::json::object();
  for (const auto& of : all)
    for (const auto& [contestant, values] : of.measured)
      rows[of.what.name][contestant] = values;
  return nlohmann::json{{"remarks", remarks}, {"rows", rows}}.dump(2) + '\n';
}

} // namespace evenkeel::bench
