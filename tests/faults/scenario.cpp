#include "faults/scenario.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "import/tiny_gguf.hpp"
#include "support/bytes.hpp"

namespace fs = std::filesystem;

namespace czip::test {
namespace {

constexpr std::chrono::seconds kTimeLimit{120};

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::string lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text +=
        "It was the best of times, it was the worst of times, line " + std::to_string(i) + ".\n";
  return text;
}

// Archives hold times, so that every copy of the inputs has the same.
void set_times(const fs::path& folder) {
  constexpr std::array<timespec, 2> kTimes{timespec{1'000'000'000, 0}, timespec{1'000'000'000, 0}};
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    utimensat(AT_FDCWD, entry.path().c_str(), kTimes.data(), AT_SYMLINK_NOFOLLOW);
}

bool is_temporary(const std::string& path) {
  const std::string name = fs::path(path).filename().string();
  return path.starts_with("tmp/") || path.find(".czip-") != std::string::npos ||
         name.starts_with(".");
}

// In the child: standard streams, limits, and the program.
[[noreturn]] void become(const fs::path& folder, const std::vector<std::string>& command,
                         const std::vector<std::string>& environment, const RunOptions& options) {
  const auto open_as = [](const char* path, int flags, int as) {
    const int fd = open(path, flags, 0600);
    if (fd < 0 || dup2(fd, as) < 0) _exit(126);
    if (fd != as) close(fd);
  };
  if (chdir((folder / "run").c_str()) != 0) _exit(126);
  open_as("../stdin", O_RDONLY, 0);
  if (options.stdout_is_full)
    open_as("/dev/full", O_WRONLY, 1);
  else
    open_as("../stdout", O_WRONLY | O_CREAT | O_TRUNC, 1);
  open_as("../stderr", O_WRONLY | O_CREAT | O_TRUNC, 2);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(signal, SIG_DFL);
  if (options.file_limit != 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{options.file_limit, options.file_limit};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::vector<char*> envp;
  for (const std::string& setting : environment) envp.push_back(const_cast<char*>(setting.c_str()));
  envp.push_back(nullptr);
  execve(argv[0], argv.data(), envp.data());
  _exit(127);
}

// Whether an archive has zeros in place of what could not be read of a file, as tar's do, and an
// error says so.
bool is_filled_up(const std::string& name, const std::string& input, const std::string& found,
                  const std::string& error) {
  const std::size_t same = static_cast<std::size_t>(
      std::mismatch(input.begin(), input.end(), found.begin(), found.end()).first - input.begin());
  return input.size() == found.size() && found.find_first_not_of('\0', same) == found.npos &&
         error.find("czip: " + name + ": cannot read all of it, filled up with zeros") !=
             error.npos;
}

}  // namespace

Tree tree_of(const fs::path& folder) {
  Tree tree;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().lexically_relative(folder).string();
    if (entry.is_symlink())
      tree[path] = "link " + fs::read_symlink(entry.path()).string();
    else if (entry.is_directory())
      tree[path] = "folder";
    else
      tree[path] = "file " + content_of(entry.path());
  }
  return tree;
}

Bench::Bench(std::string czip, std::string work, const std::string& model1,
             const std::string& tiny_model)
    : czip_(fs::absolute(czip)), work_(fs::absolute(work)) {
  fs::remove_all(work_);
  fs::create_directories(work_ / "base/tmp");
  fs::create_directories(work_ / "run");
  make_inputs(model1, tiny_model);
  inputs_ = tree_of(work_ / "base");
  const std::string m2 = "-m" + (work_ / "tiny.czm").string();
  const std::string m1 = "-m" + (work_ / "model1.czm").string();
  const std::string model1_file = (work_ / "model1.czm").string();
  scenarios_ = {
      {"compress", {"-k", "-T2", m2, "text"}},
      {"compress-and-remove", {"--rm", m2, "text"}},
      {"compress-over", {"-f", "-9", m2, "-o", "old", "text"}},
      {"compress-pipe", {"-c", m2}, lines(400)},
      {"compress-large", {"-1", "-T2", "-k", m2, "large"}, "", "large.czip"},
      {"decompress", {"-d", "-T2", m2, "-o", "out", "full.czip"}},
      {"decompress-and-remove", {"-d", "--rm", m2, "small.czip"}},
      {"decompress-to-pipe", {"-dc", m2, "full.czip"}},
      {"decompress-from-pipe", {"-d", m2, "-o", "out"}, content_of(work_ / "base/full.czip")},
      {"range", {"-d", "--range", "70000:10", m2, "-c", "full.czip"}},
      {"archive", {"-r", "-k", m2, "-o", "folder.czip", "folder"}, "", "", "folder.czip"},
      {"extract", {"-d", m2, "-o", "place", "packed.czip"}},
      {"extract-here", {"-d", "-k", m2, "packed.czip"}},
      {"extract-member", {"-d", m2, "-o", "place", "packed.czip", "folder/one"}},
      {"append", {"-a", m2, "packed.czip", "folder", "text"}, "", "", "", "packed.czip"},
      {"append-recovery",
       {"-a", "--recovery", "20", m2, "packed.czip", "folder", "text"},
       "",
       "",
       "",
       "packed.czip"},
      {"repack", {"--repack", m2, "-o", "again.czip", "packed.czip"}},
      {"newer", {"-u", "-k", m2, "text"}},
      {"as-text", {"--base64", "-k", m2, "text"}},
      {"inspect", {"inspect", "--html", m2, "-o", "page.html", "little"}},
      {"score", {"score", "--json", m2, "little", "text"}, "", "", "", "", true},
      {"compare", {"compare", m2, "little", "text"}, "", "", "", "", true},
      {"model", {"model", "--json", (work_ / "tiny.czm").string()}, "", "", "", "", true},
      {"test", {"-t", m2, "full.czip", "small.czip"}},
      {"list", {"-l", "full.czip", "small.czip", "packed.czip", "old.v1"}, "", "", "", "", true},
      {"list-json", {"list", "--json", "full.czip", "old.v1"}, "", "", "", "", true},
      {"verify", {"verify", (work_ / "tiny.czm").string()}},
      {"train",
       {"train", "-q", "--vocabulary", "270", "--prior-size", "20000", "-o", "new.czm",
        "documents"}},
      {"import", {"import", "-q", m2, "-o", "imported.czm", "tiny.gguf"}},
      {"compress-1", {"-k", "-1", m1, "little"}},
      {"decompress-1", {"-d", m1, "-o", "out", "old.v1"}},
      {"compat-compress", {"compress", "-i", "little", "-o", "out", "-m", model1_file}},
      {"compat-decompress", {"decompress", "-i", "old.v1", "-o", "out", "-m", model1_file}},
  };
}

void Bench::czip(const std::vector<std::string>& arguments) {
  const Scenario scenario{"inputs", arguments};
  const Outcome outcome = run(scenario);
  if (outcome.status != 0) throw std::runtime_error("cannot make the inputs: " + outcome.error);
  fs::remove_all(work_ / "base");
  fs::copy(work_ / "run", work_ / "base",
           fs::copy_options::recursive | fs::copy_options::copy_symlinks);
}

void Bench::make_inputs(const std::string& model1, const std::string& tiny_model) {
  fs::copy(model1, work_ / "model1.czm");
  const std::string command = tiny_model + " " + (work_ / "tiny.czm").string() + " tiny";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("cannot run " + tiny_model);
  const fs::path base = work_ / "base";
  write(base / "text", lines(40));
  write(base / "little", lines(2));
  write(base / "large", lines(2500));
  write(base / "old", "This was here before.\n");
  fs::create_directories(base / "folder/inner");
  write(base / "folder/one", lines(3));
  write(base / "folder/inner/two", lines(5));
  fs::create_symlink("one", base / "folder/link");
  const Bytes gguf = tiny_gguf("llama").file();
  write(base / "tiny.gguf", std::string(gguf.begin(), gguf.end()));
  std::string documents;
  for (int i = 0; i < 72; ++i) documents += lines(20 + i % 7) + std::string(1, '\0');
  write(base / "documents", documents);
  const std::string m2 = "-m" + (work_ / "tiny.czm").string();
  const std::string m1 = "-m" + (work_ / "model1.czm").string();
  czip({"-1", "-k", m2, "-o", "full.czip", "large"});
  czip({"-k", m2, "-o", "small.czip", "text"});
  czip({"-r", "-k", m2, "-o", "packed.czip", "folder"});
  czip({"-k", "-1", m1, "-o", "old.v1", "little"});
  // Extraction makes the folder anew.
  fs::rename(base / "folder", base / "folder.kept");
  fs::copy(base / "folder.kept", base / "folder",
           fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  fs::remove_all(base / "folder.kept");
}

Outcome Bench::run(const Scenario& scenario, const RunOptions& options) {
  fs::remove_all(work_ / "run");
  fs::copy(work_ / "base", work_ / "run",
           fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  if (scenario.name == "extract-here") fs::remove_all(work_ / "run/folder");
  set_times(work_ / "run");
  write(work_ / "stdin", scenario.input);
  write(work_ / "stdout", "");

  std::vector<std::string> command{czip_};
  command.insert(command.end(), scenario.arguments.begin(), scenario.arguments.end());
  std::vector<std::string> environment{"TMPDIR=" + (work_ / "run/tmp").string(), "LC_ALL=C",
                                       "PATH=/usr/bin:/bin"};
  environment.insert(environment.end(), options.environment.begin(), options.environment.end());
  const pid_t child = fork();
  if (child == 0) become(work_, command, environment, options);
  if (child < 0) throw std::runtime_error("cannot fork");
  if (options.meanwhile) options.meanwhile(child);

  Outcome outcome;
  int status = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (;;) {
    const pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child) break;
    if (std::chrono::steady_clock::now() - begin > kTimeLimit && !outcome.timed_out) {
      outcome.timed_out = true;
      kill(child, SIGKILL);
    }
    usleep(500);
  }
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  outcome.out = content_of(work_ / "stdout");
  outcome.error = content_of(work_ / "stderr");
  outcome.tree = tree_of(work_ / "run");
  return outcome;
}

const Outcome& Bench::reference(const Scenario& scenario) {
  const auto known = references_.find(scenario.name);
  if (known != references_.end()) return known->second;
  Outcome outcome = run(scenario);
  if (outcome.status != 0)
    throw std::runtime_error(scenario.name + " fails without a fault: " + outcome.error);
  return references_[scenario.name] = std::move(outcome);
}

std::string Bench::decoded(const std::string& path) {
  const std::string command = "'" + czip_ + "' -q -d -f -m'" + (work_ / "tiny.czm").string() +
                              "' -o '" + (work_ / "decoded").string() + "' '" +
                              (work_ / "run" / path).string() + "'";
  return std::system(command.c_str()) == 0 ? content_of(work_ / "decoded") : "";
}

bool Bench::unpack(const std::string& path, const std::string& options) {
  fs::remove_all(work_ / "unpacked");
  const std::string command =
      "'" + czip_ + "' -q -d " + options + " -m'" + (work_ / "tiny.czm").string() + "' -o '" +
      (work_ / "unpacked").string() + "' '" + (work_ / "run" / path).string() + "'";
  return std::system(command.c_str()) == 0;
}

std::string Bench::wrong_in_versions(const std::string& path, const std::string& error) {
  if (!content_of(work_ / "run" / path).starts_with(content_of(work_ / "base" / path)))
    return path + " was rewritten";
  if (!unpack(path)) return path + " cannot be extracted";
  for (const auto& [name, content] : tree_of(work_ / "unpacked")) {
    const auto input = inputs_.find(name);
    if (input == inputs_.end() ||
        (input->second != content && !is_filled_up(name, input->second, content, error)))
      return path + " has another " + name;
  }
  if (!unpack(path, "--at 1")) return "the first version of " + path + " cannot be extracted";
  Tree first;
  for (const auto& [name, content] : inputs_)
    if (name == "folder" || name.starts_with("folder/")) first[name] = content;
  return tree_of(work_ / "unpacked") == first ? "" : "the first version of " + path + " is another";
}

std::string Bench::wrong_in_archive(const std::string& path, const std::string& error) {
  if (!unpack(path)) return path + " cannot be extracted";
  const Tree found = tree_of(work_ / "unpacked");
  for (const auto& [name, content] : found) {
    const auto input = inputs_.find(name);
    if (input == inputs_.end()) return path + " has another " + name;
    if (input->second != content && !is_filled_up(name, input->second, content, error))
      return path + " has another " + name;
  }
  for (const auto& [name, content] : inputs_) {
    if (name != "folder" && !name.starts_with("folder/")) continue;
    if (found.contains(name)) continue;
    bool named = false;
    for (fs::path part = name; !part.empty(); part = part.parent_path())
      named = named || error.find("czip: " + part.string() + ": ") != std::string::npos;
    if (!named) return path + " lacks " + name + ", and no error names it";
  }
  return "";
}

std::string Bench::wrong_in_newest(const Scenario& scenario, const Outcome& outcome) {
  if (std::string wrong = compare_trees(scenario, outcome.tree, outcome.error, false);
      !wrong.empty())
    return "status 0, but " + wrong;
  if (!unpack(scenario.appends)) return "status 0, but " + scenario.appends + " is damaged";
  const Tree found = tree_of(work_ / "unpacked");
  for (const auto& [name, content] : inputs_) {
    const bool packed = name == "folder" || name.starts_with("folder/") || name == "text";
    if (packed && !found.contains(name)) return "status 0, but the new version lacks " + name;
  }
  return "";
}

std::string Bench::compare_trees(const Scenario& scenario, const Tree& found,
                                 const std::string& error, bool may_leave) {
  const Tree& right = reference(scenario).tree;
  for (const auto& [path, content] : inputs_) {
    if (scenario.name == "extract-here" && path.starts_with("folder")) continue;
    if (path == scenario.appends && found.contains(path)) {
      if (std::string wrong = wrong_in_versions(path, error); !wrong.empty()) return wrong;
      continue;
    }
    const auto now = found.find(path);
    const auto then = right.find(path);
    if (now == found.end()) {
      // Removed: then every output is there.
      if (then != right.end()) return "the input " + path + " is gone";
      for (const auto& [name, output] : right)
        if (!found.contains(name)) return "the input " + path + " is gone, and no " + name;
    } else if (now->second != content && (then == right.end() || now->second != then->second)) {
      return path + " has other content";
    }
  }
  for (const auto& [path, content] : found) {
    if (inputs_.contains(path)) continue;
    const auto then = right.find(path);
    if (then != right.end() && then->second == content) continue;
    if (may_leave && is_temporary(path)) continue;
    return path + (then == right.end() ? " is left behind" : " is false or not whole");
  }
  return "";
}

std::string Bench::verdict(const Scenario& scenario, const Outcome& outcome, bool may_leave) {
  const Outcome& right = reference(scenario);
  if (outcome.timed_out) return "it hangs";
  if (outcome.status >= 128) return "it ends by signal " + std::to_string(outcome.status - 128);
  if (outcome.error.find("internal error") != std::string::npos) return "an internal error";
  if (outcome.status == 0 && outcome.tree != right.tree && !scenario.decodes.empty()) {
    Outcome same = outcome;
    const auto output = same.tree.find(scenario.decodes);
    if (output == same.tree.end()) return "status 0, but no output";
    if (decoded(scenario.decodes) != content_of(work_ / "base" / scenario.arguments.back()))
      return "status 0, but the output does not decode to the input";
    output->second = right.tree.at(scenario.decodes);
    return same.tree == right.tree ? ""
                                   : compare_trees(scenario, same.tree, outcome.error, may_leave);
  }
  if (outcome.status == 0) {
    if (outcome.out != right.out) return "status 0, but other output";
    if (!scenario.appends.empty()) return wrong_in_newest(scenario, outcome);
    if (!may_leave && outcome.tree != right.tree)
      return "status 0, but other files: " +
             compare_trees(scenario, outcome.tree, outcome.error, false);
    return compare_trees(scenario, outcome.tree, outcome.error, may_leave);
  }
  if (outcome.error.empty()) return "a status without an error";
  const bool packed_not_all = outcome.error.find(", left out: ") != std::string::npos ||
                              outcome.error.find(", filled up with zeros: ") != std::string::npos;
  if (!scenario.packs.empty() && packed_not_all && outcome.tree.contains(scenario.packs)) {
    if (std::string wrong = wrong_in_archive(scenario.packs, outcome.error); !wrong.empty())
      return wrong;
    Tree same = outcome.tree;
    same[scenario.packs] = right.tree.at(scenario.packs);
    return compare_trees(scenario, same, outcome.error, may_leave);
  }
  if (!scenario.reports && !right.out.starts_with(outcome.out)) return "false output";
  return compare_trees(scenario, outcome.tree, outcome.error, may_leave);
}

std::string Bench::verdict_after_signal(const Scenario& scenario, const Outcome& outcome,
                                        bool may_leave) {
  if (outcome.timed_out) return "it hangs";
  if (!reference(scenario).out.starts_with(outcome.out)) return "false output";
  return compare_trees(scenario, outcome.tree, outcome.error, may_leave);
}

int report_failure(const Scenario& scenario, const Outcome& outcome, const std::string& fault,
                   const std::string& why) {
  std::printf("FAILED: %s, %s: %s\n  status %d; stderr: %s\n ", scenario.name.c_str(),
              fault.c_str(), why.c_str(), outcome.status, outcome.error.substr(0, 500).c_str());
  for (const std::string& word : scenario.arguments) std::printf(" %s", word.c_str());
  std::printf("\n");
  std::fflush(stdout);
  return 1;
}

}  // namespace czip::test
