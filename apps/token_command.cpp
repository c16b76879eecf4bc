// evenkeel token: a fresh token for a client, and its line for the file of tokens.
#include "actors/token_book.hpp"
#include "apps/commands.hpp"

#include <iostream>
#include <memory>
#include <string>

namespace evenkeel::apps {

namespace {

constexpr const char* notes = R"(
The token is shown once and kept nowhere: what the file holds is its SHA-256. It goes to the client, which says
AUTH TOKEN; the line goes to the file that `evenkeel node --tokens FILE` reads when it starts, the same on every node.
To revoke a token, take its line out and send SIGHUP to the nodes and hosts. Several tokens may have one name: they are one client.

Rights: submit (SUBMIT CALL SLEEP CANCEL FORGET), read (STATUS RESULT WAIT LIST NODES STATS), admin (RETIRE), and all:
of everybody's jobs, not only those submitted under this name.

  evenkeel token ana                                       # prints both
  (umask 077; evenkeel token ana --append tokens > ana.token)   # the line is in the file, the token here
  evenkeel token ops --rights submit,read,admin,all)";

struct token_choice {
  std::string name;
  std::string rights = "submit,read";
  std::string file;
};

int run(const token_choice& choice) {
  core::token_entry entry;
  entry.access.name = choice.name;
  if (const auto problem = core::problem_of_token_name(choice.name); !problem.empty())
    throw CLI::ValidationError("name", problem);
  if (const auto problem = core::take_rights(choice.rights, entry.access); !problem.empty())
    throw CLI::ValidationError("--rights", problem);
  const auto token = fresh_token();
  entry.digest = sha256(token);
  if (choice.file.empty()) {
    std::cout << "token: " << token << "\nline: " << core::token_line(entry) << '\n';
  } else {
    append_token(choice.file, entry);
    std::cout << token << '\n';
  }
  return 0;
}

} // namespace

void add_token_command(CLI::App& app, action& chosen) {
  const auto choice = std::make_shared<token_choice>();
  auto* command = app.add_subcommand(
      "token", "makes a token for a client, and its line for `evenkeel node --tokens`");
  command->add_option("name", choice->name, "the client's name; its jobs are those of this name")
      ->required();
  command->add_option("--rights", choice->rights, "some of submit, read, admin, all, with commas")
      ->envname("EVENKEEL_RIGHTS")
      ->capture_default_str();
  command
      ->add_option(
          "--append", choice->file,
          "append the line to this file of tokens, made if missing, and print the token alone")
      ->envname("EVENKEEL_APPEND")
      ->check(not_empty());
  command->footer(notes);
  command->immediate_callback(); // so that other subcommands' variables do not count
  command->callback([choice, &chosen] { chosen = [choice] { return run(*choice); }; });
}

} // namespace evenkeel::apps
