#include "actors/jobs/plain_command.hpp"

#include <doctest/doctest.h>

using evenkeel::jobs::plain_words;

TEST_CASE("an absolute path with plain arguments needs no shell") {
  CHECK(plain_words("/bin/true") == std::vector<std::string>{"/bin/true"});
  CHECK(plain_words(" /bin/dd\tif=/dev/null  bs=1 -x ")
        == std::vector<std::string>{"/bin/dd", "if=/dev/null", "bs=1", "-x"});
}

TEST_CASE("whatever could mean something to a shell is left to the shell") {
  for (const auto* line : {"",
                           "  ",
                           "true",
                           "./program",
                           "a/b",
                           "exec /bin/true",
                           "X=1 /bin/true",
                           "/bin/a=b",
                           "/bin/echo $HOME",
                           "/bin/echo `x`",
                           "/bin/echo 'a'",
                           "/bin/echo \"a\"",
                           "/bin/echo a\\b",
                           "/bin/ls *",
                           "/bin/ls ?",
                           "/bin/ls [a]",
                           "/bin/ls {a,b}",
                           "/bin/ls ~",
                           "/bin/a;/bin/b",
                           "/bin/a&",
                           "/bin/a|/bin/b",
                           "/bin/a>b",
                           "/bin/a<b",
                           "(/bin/a)",
                           "/bin/a #b",
                           "! /bin/a",
                           "/bin/a\n/bin/b",
                           "/bin/a ^b",
                           "/bin/echo \xc3\xa4"})
    CHECK_FALSE(plain_words(line));
}

TEST_CASE("a NUL byte is not plain") {
  CHECK_FALSE(plain_words(std::string_view("/bin/a\0b", 8)));
}
