# Warnings for our own targets. Third-party headers come as SYSTEM and stay silent.

add_library(evenkeel_warnings INTERFACE)
target_compile_options(evenkeel_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  $<$<BOOL:${EVENKEEL_WERROR}>:-Werror>)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 reports a std::variant inside a std::vector as maybe-uninitialized at -O2: false.
  target_compile_options(evenkeel_warnings INTERFACE -Wno-maybe-uninitialized)
endif()
