// What `evenkeel check` prints: for people, one thing a line.
#pragma once

#include "persistence/inspection.hpp"
#include "persistence/repair.hpp"

#include <ostream>
#include <string>

namespace evenkeel::apps {

void print(std::ostream& out, const std::string& directory, const persistence::inspection& found);
void print(std::ostream& out, const persistence::repair_report& report);

} // namespace evenkeel::apps
