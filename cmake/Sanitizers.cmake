# EVENKEEL_SANITIZE for the whole tree, and run-time defaults built into each executable, so that
# a binary started by hand, by a test or by another process behaves the same with no environment.

if(EVENKEEL_SANITIZE)
  add_compile_options(-fsanitize=${EVENKEEL_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${EVENKEEL_SANITIZE})
  if(EVENKEEL_SANITIZE MATCHES "undefined")
    # "null" stays recoverable because a run-time suppression works on recoverable checks only;
    # halt_on_error=1 (see sanitizer_defaults.cpp.in) makes every other finding fatal all the same.
    add_compile_options(-fno-sanitize-recover=undefined -fsanitize-recover=null)
  endif()
  if(EVENKEEL_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
  endif()

  set(EVENKEEL_UBSAN_SUPPRESSIONS ${PROJECT_SOURCE_DIR}/cmake/ubsan-suppressions.txt)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/sanitizer_defaults.cpp.in
    ${PROJECT_BINARY_DIR}/sanitizer_defaults.cpp @ONLY)
  add_library(evenkeel_sanitizer_defaults OBJECT ${PROJECT_BINARY_DIR}/sanitizer_defaults.cpp)
endif()
