// evenkeel certs: a CA and certificates of hosts, for a cluster by TLS.
#include "apps/commands.hpp"
#include "tls/certificates.hpp"

#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace evenkeel::apps {

namespace {

constexpr int authority_days = 3650;
constexpr int host_days = 730;
constexpr int most_days = 36'500;
constexpr const char* notes = R"(
On a machine that people trust: a CA, then a certificate for each host of the cluster, now or later:

  evenkeel certs init certs
  evenkeel certs host certs proxy.example.org a.example.org

To each host go its own .crt and .key, and ca.crt: for --tls-cert, --tls-key and --tls-ca. Nobody
but this command needs ca.key: whoever has it can make members of the cluster.)";

struct certs_choice {
  std::string directory;
  std::vector<std::string> names;
  tls::validity how;
};

int make_ca(const certs_choice& choice) {
  const auto made = tls::make_authority(choice.directory, choice.how);
  std::cout << "made " << made.cert.string() << " for every host, valid until " << made.valid_until
            << ", and " << made.key.string() << ", which stays here\n";
  return 0;
}

int make_hosts(const certs_choice& choice) {
  for (const auto& name : choice.names) {
    const auto made = tls::make_host_certificate(choice.directory, name, choice.how);
    std::cout << "made " << made.cert.string() << " and " << made.key.string() << " for " << name
              << ", valid until " << made.valid_until << '\n';
  }
  return 0;
}

CLI::Validator host_named() {
  return {[](const std::string& name) {
            const auto problem = tls::problem_with_name(name);
            return problem.empty() ? problem : "'" + name + "': " + problem;
          },
          ""};
}

CLI::App* add_part(CLI::App& certs, const char* name, const char* text, certs_choice& choice) {
  auto* part = certs.add_subcommand(name, text);
  part->add_option("directory", choice.directory, "where they are")->required()->check(not_empty());
  part->add_option("--days", choice.how.days, "how long they are valid")
      ->check(CLI::Range(1, most_days))
      ->capture_default_str();
  part->add_flag("--force", choice.how.overwrite, "replace what is there already");
  return part;
}

} // namespace

void add_certs_command(CLI::App& app, action& chosen) {
  const auto ca = std::make_shared<certs_choice>();
  const auto host = std::make_shared<certs_choice>();
  ca->how.days = authority_days;
  host->how.days = host_days;
  auto* command = app.add_subcommand("certs", "makes a CA and certificates for a cluster by TLS");
  command->require_subcommand(1);
  auto* init = add_part(*command, "init", "makes ca.crt and ca.key", *ca);
  auto* one = add_part(*command, "host", "makes NAME.crt and NAME.key of each", *host);
  one->add_option("name", host->names, "host names or addresses")->required()->check(host_named());
  init->callback([ca, &chosen] { chosen = [ca] { return make_ca(*ca); }; });
  one->callback([host, &chosen] { chosen = [host] { return make_hosts(*host); }; });
  command->footer(notes);
}

} // namespace evenkeel::apps
