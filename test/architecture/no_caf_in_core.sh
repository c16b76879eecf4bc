#!/bin/sh
# Fails if a file of messages/ or actors/core/ knows more than it may: CAF, the store, threads,
# random devices, clocks or logging. usage: no_caf_in_core.sh REPOSITORY
#
# One exception: messages/interfaces.hpp declares the typed actor interfaces, so it includes CAF;
# in return neither the cores nor the other messages may include it.
set -u
cd "$1" || exit 1

found=0

# report WHAT PATTERN FILE...: prints and counts the lines that match, comments left out.
report() {
  what=$1
  pattern=$2
  shift 2
  for file in "$@"; do
    [ -f "$file" ] || continue
    if hits=$(sed -e 's|//.*||' "$file" | grep -nE "$pattern"); then
      printf '%s\n' "$hits" | sed "s|^|$file:|"
      echo "  ^ $what does not belong here"
      found=1
    fi
  done
}

include='^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]'
pure=$(find messages actors/core -type f \( -name '*.hpp' -o -name '*.cpp' \) \
  ! -path messages/interfaces.hpp | sort)

# File names have no spaces here, so the word splitting is meant.
# shellcheck disable=SC2086
{
  report 'CAF' "${include}caf/" $pure
  report 'a header that includes CAF' "${include}(messages/)?interfaces\\.hpp\"" $pure
  report 'LevelDB' "${include}leveldb/" $pure
  report 'logging' "${include}spdlog/" $pure
  report 'a thread' "${include}(thread|mutex|shared_mutex|condition_variable|future)>" $pure
  report 'a random device' 'random_device' $pure
  report 'a clock' '(_clock|[Cc]lock)::now|::now\(\)|clock_gettime|gettimeofday|std::time\(' $pure
}

[ "$found" = 0 ] && echo "$(printf '%s\n' "$pure" | grep -c .) files are clean"
exit "$found"
