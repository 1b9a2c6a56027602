// Signals at random times, full disks, two writers of one output, and inputs that change while they
// are read. Whatever happens, no input is lost and no output is false.
// Usage: signals CZIP WORK MODEL1 TINY_MODEL ROUNDS
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "faults/scenario.hpp"
#include "support/splitmix64.hpp"

namespace fs = std::filesystem;
namespace {

using namespace czip::test;

struct Totals {
  long signals = 0;
  long arrived = 0;  // before the command had ended
  long full = 0;
  long writers = 0;
  long changes = 0;
  long failed = 0;
};

void send_signals(Bench& bench, long rounds, Totals& totals) {
  constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGKILL};
  SplitMix64 random(7);
  for (long round = 0; round < rounds; ++round) {
    for (const Scenario& scenario : bench.scenarios()) {
      const int signal = kSignals[static_cast<std::size_t>(random.between(0, 4))];
      const auto after = static_cast<useconds_t>(random.between(0, 1 << random.between(8, 16)));
      const Outcome outcome = bench.run(scenario, {.meanwhile = [&](pid_t process) {
                                          usleep(after);
                                          kill(process, signal);
                                        }});
      ++totals.signals;
      const bool ended = outcome.status == 128 + signal;
      if (ended) ++totals.arrived;
      const std::string why = ended
                                  ? bench.verdict_after_signal(scenario, outcome, signal == SIGKILL)
                                  : bench.verdict(scenario, outcome, false);
      if (!why.empty())
        totals.failed += report_failure(
            scenario, outcome,
            "signal " + std::to_string(signal) + " after " + std::to_string(after) + " us", why);
    }
  }
}

// A limit on the size of files is a disk that is full from there on.
void fill_disks(Bench& bench, long rounds, Totals& totals) {
  SplitMix64 random(11);
  for (const Scenario& scenario : bench.scenarios()) {
    for (long round = 0; round < rounds; ++round) {
      const auto limit = static_cast<rlim_t>(1 + random.between(0, 1 << random.between(2, 16)));
      const Outcome outcome = bench.run(scenario, {.file_limit = limit});
      ++totals.full;
      // Standard error is a file as well, which may have reached its limit.
      std::string why = bench.verdict(scenario, outcome, false);
      if (why == "a status without an error" && outcome.error.size() >= limit) why.clear();
      if (!why.empty())
        totals.failed += report_failure(
            scenario, outcome, "files of at most " + std::to_string(limit) + " bytes", why);
    }
    if (bench.reference(scenario).out.empty()) continue;
    const Outcome outcome = bench.run(scenario, {.stdout_is_full = true});
    ++totals.full;
    if (outcome.status == 0)
      totals.failed += report_failure(scenario, outcome, "a full standard output", "status 0");
  }
}

// A disk of 16 KiB, where one can be mounted.
void fill_small_disk(Bench& bench, Totals& totals) {
  const fs::path disk = bench.work() / "disk";
  fs::create_directories(disk);
  if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=16k") != 0) {
    std::printf("note: no small disk can be mounted here, that part is left out\n");
    return;
  }
  const std::string model = "-m" + (bench.work() / "tiny.czm").string();
  for (const Scenario& scenario :
       {Scenario{"decompress", {"-d", model, "-o", (disk / "out").string(), "full.czip"}},
        Scenario{"extract", {"-d", model, "-o", (disk / "place").string(), "packed.czip"}},
        Scenario{"compress", {"-k", "-1", model, "-o", (disk / "out").string(), "documents"}},
        Scenario{"train",
                 {"train", "-q", "--vocabulary", "270", "--prior-size", "20000", "-o",
                  (disk / "new.czm").string(), "documents"}}}) {
    const Outcome outcome = bench.run(scenario);
    ++totals.full;
    std::string why;
    const bool fits = scenario.name == "extract" || scenario.name == "compress";
    if (outcome.status == 0 && !fits) why = "status 0";
    if (outcome.status != 0 && outcome.error.find("No space left") == std::string::npos)
      why = "the error does not say why";
    if (outcome.status != 0 && !fs::is_empty(disk)) why = "something stays on the disk";
    if (!why.empty()) totals.failed += report_failure(scenario, outcome, "a disk of 16 KiB", why);
    for (const auto& entry : fs::directory_iterator(disk)) fs::remove_all(entry.path());
  }
  umount(disk.c_str());
}

int wait_for(pid_t process) {
  int status = 0;
  waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

pid_t start(const std::vector<std::string>& command, const fs::path& folder) {
  const pid_t child = fork();
  if (child != 0) return child;
  const int quiet = open("/dev/null", O_RDWR);
  for (const int fd : {0, 1, 2}) dup2(quiet, fd);
  if (chdir(folder.c_str()) != 0) _exit(126);
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  _exit(127);
}

// Two commands write one output at the same time: it is that of one of them, whole.
void write_twice(Bench& bench, const std::string& czip, long rounds, Totals& totals) {
  const fs::path folder = bench.work() / "two";
  const std::string model = "-m" + (bench.work() / "tiny.czm").string();
  for (long round = 0; round < rounds; ++round) {
    fs::remove_all(folder);
    fs::copy(bench.work() / "base", folder, fs::copy_options::recursive);
    const bool force = round % 2 == 0;
    const auto command = [&](const char* input) {
      std::vector<std::string> words{czip, "-q", "-k", "-1", model, "-o", "out.czip", input};
      if (force) words.insert(words.begin() + 1, "-f");
      return words;
    };
    const pid_t one = start(command("large"), folder);
    const pid_t other = start(command("documents"), folder);
    const int first = wait_for(one);
    const int second = wait_for(other);
    ++totals.writers;
    const int back = wait_for(start({czip, "-q", "-d", model, "-o", "back", "out.czip"}, folder));
    const Tree tree = tree_of(folder);
    const bool known = back == 0 && (tree.at("back") == bench.inputs().at("large") ||
                                     tree.at("back") == bench.inputs().at("documents"));
    bool clean = true;
    for (const auto& [path, content] : tree)
      if (path.find(".czip-") != std::string::npos) clean = false;
    const bool one_wins = force ? first == 0 && second == 0 : (first == 0) != (second == 0);
    if (known && clean && one_wins) continue;
    std::printf("FAILED: two writers: statuses %d and %d, %s, %s\n", first, second,
                known ? "whole" : "not whole", clean ? "clean" : "a temporary file stays");
    ++totals.failed;
  }
}

// A file that is appended to, or cut, while it is read: an error, or a file that decodes to the
// beginning of what the file had.
void change_inputs(Bench& bench, const std::string& czip, long rounds, Totals& totals) {
  const fs::path folder = bench.work() / "changing";
  const std::string model = "-m" + (bench.work() / "tiny.czm").string();
  for (long round = 0; round < rounds; ++round) {
    fs::remove_all(folder);
    fs::create_directories(folder);
    const std::string whole = bench.inputs().at("large").substr(5);
    std::ofstream(folder / "log") << whole;
    std::atomic<bool> over = false;
    std::thread changer([&] {
      for (int i = 0; i < 200 && !over; ++i) {
        std::error_code ignored;
        if (round % 2 == 0)
          std::ofstream(folder / "log", std::ios::app) << "one more line of the log\n";
        else
          fs::resize_file(folder / "log", whole.size() - static_cast<std::size_t>(i) * 100,
                          ignored);
        usleep(200);
      }
    });
    const int status =
        wait_for(start({czip, "-q", "-k", "-1", model, "-o", "out.czip", "log"}, folder));
    over = true;
    changer.join();
    ++totals.changes;
    std::string why;
    if (status == 0 || fs::exists(folder / "out.czip")) {
      const int back = wait_for(start({czip, "-q", "-d", model, "-o", "back", "out.czip"}, folder));
      const Tree tree = tree_of(folder);
      if (back != 0)
        why = "the output cannot be decoded";
      else if (!(whole + std::string(200 * 25, 'x'))
                    .starts_with(tree.at("back").substr(5, whole.size())) &&
               !tree.at("back").substr(5).starts_with(whole))
        why = "the output is not what the file had";
    } else if (status >= 3) {
      why = "status " + std::to_string(status);
    }
    if (why.empty()) continue;
    std::printf("FAILED: an input that %s: %s\n", round % 2 == 0 ? "grows" : "shrinks",
                why.c_str());
    ++totals.failed;
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 6) return std::fprintf(stderr, "usage: signals CZIP WORK MODEL1 TINY ROUNDS\n"), 2;
  const std::string czip = fs::absolute(argv[1]);
  Bench bench(czip, argv[2], argv[3], argv[4]);
  const long rounds = std::max(1L, std::atol(argv[5]));
  Totals totals;
  send_signals(bench, rounds, totals);
  std::printf("signals: %ld sent, %ld before the end\n", totals.signals, totals.arrived);
  std::fflush(stdout);
  fill_disks(bench, rounds, totals);
  fill_small_disk(bench, totals);
  write_twice(bench, czip, 2 * rounds, totals);
  change_inputs(bench, czip, 2 * rounds, totals);
  std::printf("full disks: %ld; two writers: %ld; changing inputs: %ld; not survived: %ld\n",
              totals.full, totals.writers, totals.changes, totals.failed);
  return totals.failed == 0 ? 0 : 1;
} catch (const std::exception& error) {
  return std::fprintf(stderr, "faults: %s\n", error.what()), 2;
}
