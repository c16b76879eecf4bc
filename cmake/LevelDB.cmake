# leveldb::leveldb. Debian's exported target links plain -lsnappy, but libleveldb-dev does not
# depend on libsnappy-dev: say so here instead of failing at the first link.

find_package(leveldb CONFIG REQUIRED)
find_library(EVENKEEL_SNAPPY snappy)
if(NOT EVENKEEL_SNAPPY)
  message(FATAL_ERROR "LevelDB needs snappy to link: install libsnappy-dev (scripts/install-deps)")
endif()
