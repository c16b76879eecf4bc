// What Boost's archives write to and read from: streambufs over bytes that are already in memory,
// kept for many records. Private to payload.cpp.
#pragma once

#include <cstddef>
#include <streambuf>
#include <string>
#include <string_view>

namespace evenkeel::persistence {

/// Appends to a string that changes from record to record.
class string_sink final : public std::streambuf {
public:
  std::string* target = nullptr;

protected:
  std::streamsize xsputn(const char* bytes, std::streamsize count) override {
    target->append(bytes, static_cast<std::size_t>(count));
    return count;
  }
  int_type overflow(int_type c) override {
    target->push_back(traits_type::to_char_type(c));
    return c;
  }
};

/// Reads bytes where they are.
class view_source final : public std::streambuf {
public:
  void read_from(std::string_view bytes) {
    auto* begin = const_cast<char*>(bytes.data()); // streambuf's signature; nobody writes
    setg(begin, begin, begin + bytes.size());
  }
  [[nodiscard]] bool at_end() const { return gptr() == egptr(); }
};

} // namespace evenkeel::persistence
