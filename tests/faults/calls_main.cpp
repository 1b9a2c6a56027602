// Makes every call of czip's commands fail, one in each run: first a run that counts the calls of
// each kind, then one run for each call and each way to fail. Of a kind that is called often, calls
// at equal distances are taken.
// Usage: calls CZIP SHIM WORK MODEL1 TINY_MODEL MOST [SCENARIO...]
//   MOST  calls of one kind in one command: 8 takes seconds, 1000 all that matter
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "faults/scenario.hpp"

namespace {

using namespace czip::test;

struct Way {
  std::string error;  // as FAULT_ERROR
  bool succeeds;      // the call may be made again, so the command goes on
};

std::vector<Way> ways(const std::string& call) {
  const auto number = [](int error) { return Way{std::to_string(error), false}; };
  const Way kill{"kill", false};
  if (call == "read" || call == "pread")
    return {number(EIO), {"short", true}, {std::to_string(EINTR), true}, kill};
  if (call == "write")
    return {number(ENOSPC), number(EIO), {"short", true}, {std::to_string(EINTR), true}, kill};
  if (call == "malloc") return {number(ENOMEM), {"large", false}, {"all", false}};
  if (call == "mmap") return {number(ENOMEM)};
  if (call == "pthread_create") return {number(EAGAIN)};
  if (call == "getrandom") return {number(ENOSYS)};
  if (call == "open" || call == "openat") return {number(EMFILE), number(EACCES), kill};
  if (call == "close") return {number(EIO)};
  return {number(EIO), number(ENOSPC), kill};
}

// The fault may leave a temporary file that was to be removed: reading a folder takes memory.
bool prevents_removal(const std::string& call, const Way& way) {
  return call == "unlink" || call == "unlinkat" || call == "rmdir" || way.error == "all";
}

std::map<std::string, long> count_calls(Bench& bench, const Scenario& scenario,
                                        const std::string& preload) {
  const std::string counts = (bench.work() / "counts").string();
  std::remove(counts.c_str());
  bench.run(scenario, {.environment = {preload, "FAULT_COUNT=" + counts}});
  std::map<std::string, long> calls;
  std::ifstream file(counts);
  std::string name;
  for (long count = 0; file >> name >> count;) calls[name] = count;
  return calls;
}

struct Totals {
  long faults = 0;
  long failed = 0;
};

void fail_each(Bench& bench, const Scenario& scenario, const std::string& preload, long most,
               Totals& totals) {
  const auto calls = count_calls(bench, scenario, preload);
  if (calls.empty()) {
    std::printf("FAILED: %s: the library to preload counts nothing\n", scenario.name.c_str());
    ++totals.failed;
  }
  for (const auto& [call, count] : calls) {
    const long step = std::max(1L, (count + most - 1) / most);
    for (const Way& way : ways(call)) {
      for (long at = 1; at <= count; at += step) {
        const std::string place = std::to_string(at);
        const Outcome outcome =
            bench.run(scenario, {.environment = {preload, "FAULT_CALL=" + call, "FAULT_AT=" + place,
                                                 "FAULT_ERROR=" + way.error}});
        ++totals.faults;
        const bool killed = way.error == "kill" && outcome.status == 128 + 9;
        std::string why = killed ? bench.verdict_after_signal(scenario, outcome, true)
                                 : bench.verdict(scenario, outcome, prevents_removal(call, way));
        if (why.empty() && way.succeeds && outcome.status != 0) why = "it gives up";
        if (!why.empty())
          totals.failed += report_failure(
              scenario, outcome,
              "FAULT_CALL=" + call + " FAULT_AT=" + place + " FAULT_ERROR=" + way.error, why);
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 7) return std::fprintf(stderr, "usage: see the source\n"), 2;
  Bench bench(argv[1], argv[3], argv[4], argv[5]);
  const std::string preload = "LD_PRELOAD=" + std::filesystem::absolute(argv[2]).string();
  const std::vector<std::string> chosen(argv + 7, argv + argc);
  Totals totals;
  for (const Scenario& scenario : bench.scenarios()) {
    if (!chosen.empty() && std::ranges::find(chosen, scenario.name) == chosen.end()) continue;
    const long before = totals.faults;
    fail_each(bench, scenario, preload, std::max(1L, std::atol(argv[6])), totals);
    std::printf("%s: %ld calls failed\n", scenario.name.c_str(), totals.faults - before);
    std::fflush(stdout);
  }
  std::printf("calls: %ld faults injected, %ld not survived\n", totals.faults, totals.failed);
  return totals.failed == 0 ? 0 : 1;
} catch (const std::exception& error) {
  return std::fprintf(stderr, "faults: %s\n", error.what()), 2;
}
