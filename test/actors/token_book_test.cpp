// The file of tokens on disk, and whose token is whose.
#include "actors/token_book.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>

using namespace evenkeel;
namespace fs = std::filesystem;

namespace {

struct scratch_file {
  scratch_file() {
    std::string name = (fs::temp_directory_path() / "evenkeel-tokens-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    directory = name;
    path = name + "/tokens";
  }
  ~scratch_file() { fs::remove_all(directory); }
  scratch_file(const scratch_file&) = delete;
  scratch_file& operator=(const scratch_file&) = delete;

  void write(const std::string& text, fs::perms mode = fs::perms(0600)) const {
    std::ofstream(path, std::ios::binary) << text;
    fs::permissions(path, mode);
  }
  [[nodiscard]] std::string refusal() const {
    try {
      const token_book book{path};
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return {};
  }

  std::string directory;
  std::string path;
};

core::token_entry entry_of(const std::string& name, const std::string& token) {
  core::token_entry entry;
  entry.access.name = name;
  entry.access.read = true;
  entry.digest = sha256(token);
  return entry;
}

} // namespace

TEST_CASE("digests are SHA-256") {
  core::token_entry entry;
  entry.digest = sha256("abc"); // FIPS 180-2, B.1
  CHECK(core::token_line(entry)
        == " ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad ");
}

TEST_CASE("each token is its owner's, and any other text is nobody's") {
  const scratch_file file;
  file.write(core::token_line(entry_of("ana", "a-token")) + "\n"
             + core::token_line(entry_of("bob", "b-token")) + "\n");
  const token_book book{file.path};
  CHECK(book.size() == 2);
  REQUIRE(book.find("a-token") != nullptr);
  CHECK(book.find("a-token")->name == "ana");
  CHECK(book.find("b-token")->name == "bob");
  for (const auto* other : {"", "a-toke", "a-token ", "A-token", "c-token"})
    CHECK(book.find(other) == nullptr);
}

TEST_CASE("a file of tokens that others may write is refused") {
  const scratch_file file;
  for (const auto mode : {0620, 0602, 0666}) {
    file.write(core::token_line(entry_of("ana", "a-token")), fs::perms(mode));
    CHECK(file.refusal().find("go-w") != std::string::npos);
  }
  fs::permissions(file.path, fs::perms(0644));
  CHECK(file.refusal().empty());
}

TEST_CASE("what is no file of tokens is refused with its name") {
  const scratch_file file;
  CHECK(file.refusal() == file.path + ": cannot be opened: No such file or directory");
  fs::create_directory(file.path);
  CHECK(file.refusal() == file.path + ": is not a file");
  fs::remove(file.path);
  file.write("ana\n");
  CHECK(file.refusal().starts_with(file.path + ":1: behind the name"));
  file.write(std::string((2U << 20U) + 1, '#'));
  CHECK(file.refusal().find("is over 2097152 bytes") != std::string::npos);
}

TEST_CASE("fresh tokens differ, and are one word") {
  std::set<std::string> all;
  for (int i = 0; i < 100; ++i)
    all.insert(fresh_token());
  CHECK(all.size() == 100);
  for (const auto& token : all) {
    CHECK(token.size() == 35);
    CHECK(token.find_first_not_of("ek_0123456789abcdfghjmnpqrstvwxyz") == std::string::npos);
  }
}

TEST_CASE("an appended token makes the file if it is missing, for its owner alone") {
  const scratch_file file;
  append_token(file.path, entry_of("ana", "a-token"));
  append_token(file.path, entry_of("bob", "b-token"));
  CHECK((fs::status(file.path).permissions() & fs::perms(0777)) == fs::perms(0600));
  const token_book book{file.path};
  CHECK(book.find("a-token")->name == "ana");
  CHECK(book.find("b-token")->name == "bob");
}

TEST_CASE("nothing is appended to a file with a mistake in it") {
  const scratch_file file;
  for (const auto* text : {"ana\n", "# no end"}) {
    file.write(text);
    CHECK_THROWS_AS(append_token(file.path, entry_of("ana", "a-token")), std::runtime_error);
    std::string content;
    std::getline(std::ifstream{file.path}, content, '\0');
    CHECK(content == text);
  }
}
