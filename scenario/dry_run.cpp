#include "scenario/dry_run.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <variant>

namespace evenkeel::scenario {

namespace {

/// One process, as the steps so far have left it.
struct standing {
  member_kind kind = member_kind::node;
  bool running = true; ///< of a spawned node: not despawned
  bool frozen = false;
  std::optional<direction> cut;
  int since = 0;    ///< line that made it run, stop or freeze
  std::string host; ///< of a spawned node
};

bool is_node(const standing& one) {
  return one.kind == member_kind::node || one.kind == member_kind::spawned;
}

class rehearsal {
public:
  explicit rehearsal(const judges& ask) : ask_(ask) {}

  void take(const step& next) {
    line_ = next.line;
    std::visit(*this, next.what);
  }

  void operator()(const process_step& step) {
    bool fits_one = false;
    for (const auto& name : step.names)
      fits_one = take(step, name) || fits_one;
    if (!fits_one)
      fail(step.what == process_verb::thaw ? "nothing is frozen" : "no link is cut");
  }

  void operator()(const spawn_step& step) {
    require_reached(std::string(proxy_name));
    require_reached(step.host);
    for (const auto& name : step.names) {
      check_options(member_kind::spawned, name, step.options);
      if (const auto known = all_.find(name); known != all_.end() && known->second.running)
        fail(name + " is spawned already," + since(known->second));
      all_[name] = {member_kind::spawned, true, false, {}, line_, step.host};
    }
  }

  void operator()(const despawn_step& step) {
    require_awake(std::string(proxy_name));
    for (const auto& name : step.names) {
      auto& one = all_.at(name);
      if (!one.running)
        fail(name + " is despawned already," + since(one));
      become(one, false, false);
    }
  }

  void operator()(const submit_step& step) {
    if (!all_.contains(std::string(proxy_name)))
      fail("no \"start proxy\" stands above: a node takes no jobs before it has joined");
    for (const auto& name : step.homes)
      require_awake(name);
    check_job(step.job);
    submitted_ = true;
  }

  void operator()(const load_step& step) {
    if (step.clients == 0 && !load_is_on_)
      fail("there is no load to be switched off");
    load_is_on_ = step.clients > 0;
    if (!load_is_on_)
      return;
    check_job(step.job);
    submitted_ = true;
    loaded_ = true;
  }

  void operator()(const pause_step&) const {}
  void operator()(const expect_step& step) const { std::visit(*this, step.what); }

  void operator()(const results_expected&) const { require_submitted(); }
  void operator()(const nodes_expected&) const { require_cluster(); }
  void operator()(const node_expected&) const { require_cluster(); }
  void operator()(const stats_expected&) const { require_cluster(); }
  void operator()(const marks_expected&) const { require_submitted(); }

  void operator()(const errors_expected&) const {
    if (!loaded_)
      fail("no load stands above, and these errors are those of its clients");
  }

  void operator()(const news_expected& wanted) const {
    require_submitted();
    if (wanted.number.name == "tickets" && !load_is_on_)
      fail("no load is on, so no tickets come");
    require_awake_node();
  }

  void operator()(const log_expected& wanted) const { require_running(all_.at(wanted.name), wanted.name); }

private:
  [[noreturn]] void fail(const std::string& text) const { throw syntax_error(line_, text); }

  void become(standing& one, bool running, bool frozen) const {
    one.running = running;
    one.frozen = frozen;
    one.since = line_;
  }

  static std::string since(const standing& one) {
    return " since line " + std::to_string(one.since);
  }

  /// False where a step for a whole group means others.
  bool take(const process_step& step, const std::string& name) {
    auto& one = all_[name];
    switch (step.what) {
      case process_verb::start:
        one.kind = kind_of(step, name);
        check_options(one.kind, name, step.options);
        become(one, true, false);
        return true;
      case process_verb::stop:
        require_running(one, name);
        if (one.frozen)
          fail(name + " is frozen" + since(one) + " and cannot stop: thaw or kill it");
        become(one, false, false);
        return true;
      case process_verb::kill:
        require_running(one, name);
        become(one, false, false);
        return true;
      case process_verb::restart: become(one, true, false); return true;
      case process_verb::freeze:
        require_running(one, name);
        if (one.frozen)
          fail(name + " is frozen already," + since(one));
        become(one, true, true);
        return true;
      case process_verb::thaw: return thaw(one, name, step.grouped);
      case process_verb::wipe:
        if (one.running)
          fail(name + " runs" + since(one) + ": stop or kill it before its disk is wiped");
        return true;
      case process_verb::cut:
        if (one.cut == step.cut)
          fail("the link of " + name + " is cut like that already");
        one.cut = step.cut;
        return true;
      case process_verb::heal:
        if (!one.cut && !step.grouped)
          fail("the link of " + name + " is not cut");
        return std::exchange(one.cut, std::nullopt).has_value();
    }
    return true;
  }

  bool thaw(standing& one, const std::string& name, bool grouped) {
    if (!one.frozen && !grouped) {
      require_running(one, name);
      fail(name + " is not frozen");
    }
    const bool thaws = one.frozen;
    if (thaws)
      become(one, true, false);
    return thaws;
  }

  void require_running(const standing& one, const std::string& name) const {
    if (!one.running)
      fail(name + (one.kind == member_kind::spawned ? " is despawned" : " does not run")
           + since(one));
  }

  /// A spawned node is as awake as its host.
  void require_awake(const std::string& name) const {
    const auto& one = all_.at(name);
    require_running(one, name);
    if (one.kind == member_kind::spawned)
      return require_awake(one.host);
    if (one.frozen)
      fail(name + " is frozen" + since(one));
  }

  [[nodiscard]] bool is_awake(const standing& one) const {
    if (one.kind == member_kind::spawned)
      return one.running && is_awake(all_.at(one.host));
    return one.running && !one.frozen;
  }

  void require_awake_node() const {
    if (std::none_of(all_.begin(), all_.end(), [this](const auto& one) {
          return is_node(one.second) && is_awake(one.second);
        }))
      fail("no node runs that could be asked");
  }

  /// For who spawns.
  void require_reached(const std::string& name) const {
    if (!all_.contains(name))
      fail("no \"start " + name + "\" stands above, and nodes are spawned by the proxy");
    require_awake(name);
    if (all_.at(name).cut)
      fail("the link of " + name + " is cut, so no node can be spawned");
  }

  /// NODES and STATS are the proxy's words, asked for at a node.
  void require_cluster() const {
    require_awake_node();
    if (!all_.contains(std::string(proxy_name)))
      fail("no \"start proxy\" stands above, and this is asked of the proxy");
    require_awake(std::string(proxy_name));
  }

  void require_submitted() const {
    if (!submitted_)
      fail("nothing was submitted further up");
  }

  void check_job(const std::string& job) const {
    if (!ask_.problem_of_job)
      return;
    if (const auto problem = ask_.problem_of_job(job); !problem.empty())
      fail("the job: " + problem);
  }

  void check_options(member_kind kind, const std::string& name,
                     const std::vector<std::string>& options) const {
    if (!ask_.problem_of_options)
      return;
    if (const auto problem = ask_.problem_of_options(kind, name, options); !problem.empty())
      fail("the options of " + name + ": " + problem);
  }

  const judges& ask_;
  std::map<std::string, standing> all_;
  int line_ = 0;
  bool submitted_ = false;
  bool loaded_ = false;
  bool load_is_on_ = false;
};

bool starts(const step& one, bool proxy) {
  if (!proxy && std::holds_alternative<spawn_step>(one.what))
    return true;
  const auto* process = std::get_if<process_step>(&one.what);
  return process != nullptr && !process->hosts && process->what == process_verb::start
         && std::any_of(process->names.begin(), process->names.end(),
                        [proxy](const auto& name) { return (name == proxy_name) == proxy; });
}

} // namespace

void dry_run(const script& what, const judges& ask) {
  for (const bool proxy : {true, false})
    if (std::none_of(what.steps.begin(), what.steps.end(),
                     [proxy](const auto& one) { return starts(one, proxy); }))
      throw syntax_error(0, std::string("it starts no ") + (proxy ? "proxy" : "node")
                                + R"(: a script begins like "start proxy", "start a b c")");
  rehearsal all{ask};
  for (const auto& step : what.steps)
    all.take(step);
}

} // namespace evenkeel::scenario
