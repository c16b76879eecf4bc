# The three kinds of targets of this project: a library per folder, executables, test executables.

# Settings that every target of ours has.
function(evenkeel_defaults target)
  target_link_libraries(${target} PRIVATE evenkeel_warnings)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
endfunction()

# A checked standard library, for code without CAF only: CAF 0.17 dereferences an empty shared_ptr
# on purpose, which _GLIBCXX_ASSERTIONS turns into an abort.
function(evenkeel_checked_stl target)
  if(EVENKEEL_STL_ASSERTIONS)
    target_compile_definitions(${target} PRIVATE _GLIBCXX_ASSERTIONS)
  endif()
endfunction()

# evenkeel_library(name [CAF] [DEPENDS targets...]): a static library of the *.cpp of the current
# folder; an INTERFACE library as long as there are none.
function(evenkeel_library name)
  cmake_parse_arguments(arg "CAF" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${arg_DEPENDS})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${arg_DEPENDS})
  evenkeel_defaults(${name})
  if(arg_CAF)
    evenkeel_reuse_caf_pch(${name})
  else()
    evenkeel_checked_stl(${name})
  endif()
endfunction()

# evenkeel_executable(name [CAF] SOURCES files... [DEPENDS targets...])
function(evenkeel_executable name)
  cmake_parse_arguments(arg "CAF" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS})
  evenkeel_defaults(${name})
  if(TARGET evenkeel_sanitizer_defaults)
    target_sources(${name} PRIVATE $<TARGET_OBJECTS:evenkeel_sanitizer_defaults>)
  endif()
  if(arg_CAF)
    evenkeel_reuse_caf_pch(${name})
  else()
    evenkeel_checked_stl(${name})
  endif()
endfunction()
