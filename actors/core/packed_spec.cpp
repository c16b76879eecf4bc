#include "actors/core/packed_spec.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

namespace evenkeel::core {

// A field of job_spec that is not packed would be lost at the proxy.
static_assert(sizeof(job_spec) == 8 + 2 * sizeof(std::string), "pack the new field, too");

struct packed_spec::header {
  std::uint32_t text_bytes;
  std::uint32_t body_bytes;
  std::uint32_t sleep_ms;
  job_kind kind;
  bool once;
  bool has_stdin;
};

packed_spec::packed_spec(const job_spec& spec) {
  const header head{static_cast<std::uint32_t>(spec.text.size()),
                    static_cast<std::uint32_t>(spec.body.size()),
                    spec.sleep_ms,
                    spec.kind,
                    spec.once,
                    spec.has_stdin};
  block_ = std::make_unique<char[]>(sizeof head + spec.text.size() + spec.body.size());
  auto* to = block_.get();
  std::memcpy(to, &head, sizeof head);
  to = std::copy(spec.text.begin(), spec.text.end(), to + sizeof head);
  std::copy(spec.body.begin(), spec.body.end(), to);
}

packed_spec::header packed_spec::head() const {
  header head;
  std::memcpy(&head, block_.get(), sizeof head);
  return head;
}

job_spec packed_spec::unpack() const {
  const auto from = head();
  job_spec spec;
  spec.kind = from.kind;
  spec.once = from.once;
  spec.has_stdin = from.has_stdin;
  spec.sleep_ms = from.sleep_ms;
  spec.text = text();
  spec.body.assign(block_.get() + sizeof from + from.text_bytes, from.body_bytes);
  return spec;
}

job_kind packed_spec::kind() const {
  return head().kind;
}

bool packed_spec::once() const {
  return head().once;
}

std::uint32_t packed_spec::sleep_ms() const {
  return head().sleep_ms;
}

std::string_view packed_spec::text() const {
  return {block_.get() + sizeof(header), head().text_bytes};
}

std::size_t packed_spec::size() const {
  const auto from = head();
  return sizeof(job_spec) + from.text_bytes + from.body_bytes;
}

} // namespace evenkeel::core
