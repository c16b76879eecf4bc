#!/bin/sh
# Fails on test names that would not run as written: ctest gets them through a CMake list, where
# ; [ ] and \ split or join entries, and a name that matches nothing passes in silence; of two
# equal names in one folder ctest keeps confusing one with the other.
# usage: test_names.sh REPOSITORY
set -u
cd "$1/test" || exit 1

found=0
for folder in */; do
  folder=${folder%/}
  ls "$folder"/*.cpp >/dev/null 2>&1 || continue
  # A name that did not fit on the line of its macro is on the next one.
  names=$(sed -nE '/TEST_CASE[A-Z_]*\($/ { N; s/\n[[:space:]]*//; }
    s/^[[:space:]]*TEST_CASE(_FIXTURE|_TEMPLATE)?\(([^"]*, *)?"(.*)".*/\3/p' "$folder"/*.cpp)
  if bad=$(printf '%s\n' "$names" | grep -F -e ';' -e '[' -e ']' -e '\'); then
    printf '%s\n' "$bad" | sed "s|^|$folder: ; [ ] or \\\\ in a test name: |"
    found=1
  fi
  twice=$(printf '%s\n' "$names" | grep . | sort | uniq -d)
  if [ -n "$twice" ]; then
    printf '%s\n' "$twice" | sed "s|^|$folder: this test name is there twice: |"
    found=1
  fi
done
exit "$found"
