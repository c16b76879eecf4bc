# Finds the 0.17 line of the C++ Actor Framework, which installs no CMake package in Debian.
#
# Targets:   CAF::core, CAF::io, CAF::openssl (for the COMPONENTS asked for)
# Variables: CAF_FOUND, CAF_INCLUDE_DIR, CAF_VERSION (as in 0.17.6)

find_path(CAF_INCLUDE_DIR caf/config.hpp)
mark_as_advanced(CAF_INCLUDE_DIR)

if(CAF_INCLUDE_DIR)
  file(STRINGS ${CAF_INCLUDE_DIR}/caf/config.hpp _caf_line REGEX "^#define CAF_VERSION [0-9]+")
  string(REGEX MATCH "[0-9]+" _caf_number "${_caf_line}")
  if(NOT _caf_number)
    # Newer lines keep the number elsewhere, so this is no 0.17.
    set(_caf_number 0)
  endif()
  math(EXPR _caf_major "${_caf_number} / 10000")
  math(EXPR _caf_minor "${_caf_number} / 100 % 100")
  math(EXPR _caf_patch "${_caf_number} % 100")
  set(CAF_VERSION ${_caf_major}.${_caf_minor}.${_caf_patch})
  if(_caf_number LESS 1706 OR NOT _caf_number LESS 1800)
    message(FATAL_ERROR
      "Evenkeel needs CAF 0.17.6 or a later 0.17 (Debian 12: libcaf-dev); "
      "${CAF_INCLUDE_DIR}/caf/config.hpp has CAF_VERSION '${_caf_number}'. "
      "CAF 0.18 and later have another API.")
  endif()
endif()

if(NOT CAF_FIND_COMPONENTS)
  set(CAF_FIND_COMPONENTS core io)
endif()

set(_caf_required CAF_INCLUDE_DIR)
foreach(_caf_component ${CAF_FIND_COMPONENTS})
  find_library(CAF_LIBRARY_${_caf_component} caf_${_caf_component})
  mark_as_advanced(CAF_LIBRARY_${_caf_component})
  list(APPEND _caf_required CAF_LIBRARY_${_caf_component})
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CAF
  REQUIRED_VARS ${_caf_required}
  VERSION_VAR CAF_VERSION
  REASON_FAILURE_MESSAGE "install libcaf-dev (scripts/install-deps)")

if(CAF_FOUND)
  find_package(Threads REQUIRED)
  foreach(_caf_component ${CAF_FIND_COMPONENTS})
    if(NOT TARGET CAF::${_caf_component})
      add_library(CAF::${_caf_component} UNKNOWN IMPORTED)
      set_target_properties(CAF::${_caf_component} PROPERTIES
        IMPORTED_LOCATION ${CAF_LIBRARY_${_caf_component}}
        INTERFACE_INCLUDE_DIRECTORIES ${CAF_INCLUDE_DIR})
    endif()
  endforeach()
  set_property(TARGET CAF::core APPEND PROPERTY INTERFACE_LINK_LIBRARIES Threads::Threads)
  if(TARGET CAF::io)
    set_property(TARGET CAF::io APPEND PROPERTY INTERFACE_LINK_LIBRARIES CAF::core)
  endif()
  if(TARGET CAF::openssl)
    find_package(OpenSSL REQUIRED)
    set_property(TARGET CAF::openssl APPEND PROPERTY INTERFACE_LINK_LIBRARIES
      CAF::io OpenSSL::SSL OpenSSL::Crypto)
  endif()
endif()
