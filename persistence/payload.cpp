#include "persistence/payload.hpp"

#include "persistence/byte_streams.hpp"

#include <boost/archive/binary_iarchive.hpp>
#include <boost/archive/binary_oarchive.hpp>
#include <boost/serialization/level.hpp>
#include <boost/serialization/tracking.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <stdexcept>
#include <type_traits>
#include <utility>

// What follows is the grammar of payloads (format.hpp): the order and width of every field. The
// archives write no class names, versions or headers of their own; see the traits below. Flags,
// enums and texts go through `field`, because Boost's own way with them does not survive damaged
// input: it asserts on a flag that is neither 0 nor 1, and allocates whatever size a string claims.
//
// A new field of shape X in version 2: `if (version >= 2) fields(ar, x.added);` in X's function,
// and the version in format.hpp. Structs inside others (job_spec, ...) have no version of their
// own: their new fields are written by the shapes that contain them.

namespace evenkeel::persistence {

namespace {

template <class Archive, class Integer>
void checked_byte(Archive& ar, Integer& x, std::uint8_t first, std::uint8_t last) {
  auto byte = static_cast<std::uint8_t>(x);
  (void)(ar & byte);
  if (byte < first || byte > last)
    throw std::runtime_error("a flag or enum out of range");
  x = static_cast<Integer>(byte);
}

/// Integers of fixed width, and structs that have a `serialize` below.
template <class Archive, class T>
void field(Archive& ar, T& x) {
  static_assert(!std::is_enum_v<T>, "an enum needs its own overload with its range");
  (void)(ar & x);
}

template <class Archive>
void field(Archive& ar, bool& x) {
  checked_byte(ar, x, 0, 1);
}

template <class Archive>
void field(Archive& ar, job_kind& x) {
  checked_byte(ar, x, static_cast<std::uint8_t>(job_kind::command),
               static_cast<std::uint8_t>(job_kind::sleep));
}

template <class Archive>
void field(Archive& ar, outcome& x) {
  checked_byte(ar, x, static_cast<std::uint8_t>(outcome::done),
               static_cast<std::uint8_t>(outcome::lost));
}

/// Reads in pieces: a false length fails at the end of the bytes instead of allocating gigabytes.
template <class Archive>
void field(Archive& ar, std::string& x) {
  constexpr std::size_t piece = 65536;
  auto length = static_cast<std::uint32_t>(x.size());
  (void)(ar & length);
  if constexpr (Archive::is_saving::value) {
    ar.save_binary(x.data(), x.size());
  } else {
    x.clear();
    for (std::size_t at = 0; at < length; at = x.size()) {
      x.resize(std::min<std::size_t>(length, at + piece));
      ar.load_binary(x.data() + at, x.size() - at);
    }
  }
}

template <class Archive, class... Fields>
void fields(Archive& ar, Fields&... xs) {
  (field(ar, xs), ...);
}

/// A part that is mostly absent costs one byte then.
template <class Archive, class T>
void optional_part(Archive& ar, T& x) {
  bool present = Archive::is_saving::value && x != T{};
  field(ar, present);
  if (present)
    field(ar, x);
}

} // namespace

} // namespace evenkeel::persistence

namespace boost::serialization {

using evenkeel::persistence::fields;
using evenkeel::persistence::optional_part;
namespace rec = evenkeel::record;

template <class Archive>
void serialize(Archive& ar, evenkeel::ledger_id& x, unsigned) {
  fields(ar, x.high, x.low);
}

template <class Archive>
void serialize(Archive& ar, evenkeel::job_id& x, unsigned) {
  fields(ar, x.ledger, x.sequence);
}

template <class Archive>
void serialize(Archive& ar, evenkeel::incarnation& x, unsigned) {
  fields(ar, x.counter, x.nonce);
}

template <class Archive>
void serialize(Archive& ar, evenkeel::fence& x, unsigned) {
  fields(ar, x.epoch, x.number);
}

template <class Archive>
void serialize(Archive& ar, evenkeel::job_spec& x, unsigned) {
  fields(ar, x.kind, x.once, x.has_stdin, x.sleep_ms, x.text, x.body);
}

template <class Archive>
void serialize(Archive& ar, evenkeel::job_result& x, unsigned) {
  fields(ar, x.how, x.out_truncated, x.err_truncated, x.exit_code, x.signal, x.attempt, x.assigned,
         x.started_ms, x.ended_ms, x.node, x.reason, x.out, x.err);
}

template <class Archive>
void serialize(Archive& ar, rec::identity& x, unsigned) {
  fields(ar, x.ledger, x.code, x.incarnation_counter, x.highest_epoch);
}

template <class Archive>
void serialize(Archive& ar, rec::issued& x, unsigned) {
  fields(ar, x.next_sequence);
}

template <class Archive>
void serialize(Archive& ar, rec::open_job& x, unsigned version) {
  fields(ar, x.sequence, x.submitted_ms, x.attempts, x.deaths, x.last_lost, x.granted,
         x.granted_executor, x.granted_process, x.spec);
  if (version >= 2)
    fields(ar, x.key);
  if (version >= 3)
    fields(ar, x.owner);
}

template <class Archive>
void serialize(Archive& ar, rec::finished_job& x, unsigned version) {
  fields(ar, x.sequence, x.submitted_ms, x.kind, x.once, x.sleep_ms, x.text, x.result);
  if (version >= 2)
    fields(ar, x.key);
  if (version >= 3)
    fields(ar, x.owner);
}

template <class Archive>
void serialize(Archive& ar, rec::held_attempt& x, unsigned) {
  fields(ar, x.what.job, x.what.assigned, x.attempt, x.started, x.finished, x.asked, x.alone,
         x.order, x.grant_process, x.home_code);
  optional_part(ar, x.spec);
  optional_part(ar, x.result);
}

template <class Archive>
void serialize(Archive& ar, rec::proxy_identity& x, unsigned version) {
  fields(ar, x.epoch_counter);
  if (version >= 2)
    fields(ar, x.settled);
}

template <class Archive>
void serialize(Archive& ar, rec::member& x, unsigned) {
  fields(ar, x.ledger, x.code, x.name, x.process, x.slots, x.address);
}

template <class Archive>
void serialize(Archive& ar, rec::cluster_job& x, unsigned) {
  fields(ar, x.job, x.submitted_ms, x.attempts, x.deaths, x.granted, x.granted_executor,
         x.granted_process, x.spec);
}

template <class Archive>
void serialize(Archive& ar, rec::placement& x, unsigned) {
  fields(ar, x.job, x.assigned, x.attempt, x.executor);
}

template <class Archive>
void serialize(Archive& ar, rec::waiting_result& x, unsigned) {
  fields(ar, x.job, x.executor, x.result);
}

template <class Archive>
void serialize(Archive& ar, rec::spawned_node& x, unsigned) {
  fields(ar, x.number, x.name, x.host, x.host_port, x.slots, x.client_address, x.client_port,
         x.withdrawn);
}

} // namespace boost::serialization

// No class information in the archive, no tracking of addresses: nothing but the fields is written,
// and an archive remembers nothing between records.
#define EVENKEEL_PLAIN_FIELDS(type)                                                                \
  BOOST_CLASS_IMPLEMENTATION(type, object_serializable)                                            \
  BOOST_CLASS_TRACKING(type, track_never)

EVENKEEL_PLAIN_FIELDS(evenkeel::ledger_id)
EVENKEEL_PLAIN_FIELDS(evenkeel::job_id)
EVENKEEL_PLAIN_FIELDS(evenkeel::incarnation)
EVENKEEL_PLAIN_FIELDS(evenkeel::fence)
EVENKEEL_PLAIN_FIELDS(evenkeel::job_spec)
EVENKEEL_PLAIN_FIELDS(evenkeel::job_result)

namespace evenkeel::persistence {

namespace {

using format::shape;

static_assert(std::endian::native == std::endian::little, "Boost writes integers as they are");

/// A new kind of record does not compile without a line here.
template <class Record>
struct shape_for;
template <>
struct shape_for<record::identity> : std::integral_constant<shape, shape::identity> {};
template <>
struct shape_for<record::open_job> : std::integral_constant<shape, shape::open_job> {};
template <>
struct shape_for<record::finished_job> : std::integral_constant<shape, shape::finished_job> {};
template <>
struct shape_for<record::held_attempt> : std::integral_constant<shape, shape::held_attempt> {};
template <>
struct shape_for<record::proxy_identity> : std::integral_constant<shape, shape::proxy_identity> {};
template <>
struct shape_for<record::member> : std::integral_constant<shape, shape::member> {};
template <>
struct shape_for<record::cluster_job> : std::integral_constant<shape, shape::cluster_job> {};
template <>
struct shape_for<record::placement> : std::integral_constant<shape, shape::placement> {};
template <>
struct shape_for<record::waiting_result> : std::integral_constant<shape, shape::waiting_result> {};
template <>
struct shape_for<record::issued> : std::integral_constant<shape, shape::issued> {};
template <>
struct shape_for<record::spawned_node> : std::integral_constant<shape, shape::spawned_node> {};

constexpr unsigned plain = boost::archive::no_header | boost::archive::no_codecvt;

} // namespace

format::shape shape_of(const record::value& content) {
  return std::visit([](const auto& x) { return shape_for<std::decay_t<decltype(x)>>::value; },
                    content);
}

struct payload_writer::archive {
  string_sink sink;
  boost::archive::binary_oarchive fields{sink, plain};
};

payload_writer::payload_writer() : archive_(std::make_unique<archive>()) {}
payload_writer::~payload_writer() = default;

void payload_writer::append(std::string& out, const record::value& content) {
  archive_->sink.target = &out;
  const auto version = format::find_layout(static_cast<std::uint8_t>(shape_of(content)))->version;
  std::visit(
      [&](const auto& x) {
        // One function reads and writes, hence non-const; writing changes nothing.
        auto& fields = const_cast<std::decay_t<decltype(x)>&>(x);
        boost::serialization::serialize(archive_->fields, fields, version);
      },
      content);
}

struct payload_reader::archive {
  view_source source;
  boost::archive::binary_iarchive fields{source, plain};

  /// Tries the alternatives of record::value for the one of this shape.
  template <std::size_t... Index>
  record::value read(shape what, unsigned version, std::index_sequence<Index...>) {
    record::value content;
    const auto read_if = [&]<class Record>(std::type_identity<Record>) {
      if (shape_for<Record>::value != what)
        return false;
      boost::serialization::serialize(fields, content.emplace<Record>(), version);
      return true;
    };
    if (!(read_if(std::type_identity<std::variant_alternative_t<Index, record::value>>{}) || ...))
      throw std::invalid_argument("not the shape of a record");
    return content;
  }
};

payload_reader::payload_reader() : archive_(std::make_unique<archive>()) {}
payload_reader::~payload_reader() = default;

record::value payload_reader::read(shape what, std::uint8_t version, std::string_view payload) {
  archive_->source.read_from(payload);
  auto content =
      archive_->read(what, version, std::make_index_sequence<std::variant_size_v<record::value>>{});
  if (!archive_->source.at_end())
    throw std::runtime_error("bytes behind the last field");
  return content;
}

} // namespace evenkeel::persistence
