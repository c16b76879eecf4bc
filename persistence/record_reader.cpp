#include "persistence/record_reader.hpp"

#include "persistence/keys.hpp"

namespace evenkeel::persistence {

decoded record_reader::operator()(std::string_view key, std::string_view value) {
  auto content = decode_(value);
  if (const auto* intact = std::get_if<record::value>(&content);
      intact != nullptr && decode_key(key) != record::key_of(*intact))
    return decode_failure{decode_error::damaged, "a record that belongs elsewhere"};
  return content;
}

bool is_essential(std::string_view key) {
  const auto where = decode_key(key);
  return where && (where->type == record::kind::identity || where->type == record::kind::issued);
}

} // namespace evenkeel::persistence
