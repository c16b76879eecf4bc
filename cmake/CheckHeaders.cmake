# evenkeel_check_headers(folders...): one tiny unit per header, so that each compiles alone.
# Headers that include CAF are left out: they cost seconds each.

function(evenkeel_check_headers)
  set(units)
  foreach(folder ${ARGN})
    file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
      ${PROJECT_SOURCE_DIR}/${folder}/*.hpp)
    foreach(header ${headers})
      file(STRINGS ${PROJECT_SOURCE_DIR}/${header} caf REGEX "^[ \t]*#[ \t]*include[ \t]*[<\"]caf/")
      if(caf OR header STREQUAL "messages/interfaces.hpp")
        continue()
      endif()
      string(REPLACE "/" "_" unit ${header})
      set(unit ${PROJECT_BINARY_DIR}/check_headers/${unit}.cpp)
      # Twice: the include guard counts as well.
      file(CONFIGURE OUTPUT ${unit} CONTENT "#include \"${header}\"\n#include \"${header}\"\n")
      list(APPEND units ${unit})
    endforeach()
  endforeach()
  if(units)
    add_library(evenkeel_check_headers OBJECT ${units})
    target_link_libraries(evenkeel_check_headers PRIVATE
      evenkeel_core evenkeel_jobs evenkeel_persistence)
    target_compile_options(evenkeel_check_headers PRIVATE -O0 -g0)
    evenkeel_defaults(evenkeel_check_headers)
  endif()
endfunction()
