// Commands of czip that are run again and again with faults, and what must hold after each run.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace czip::test {

// A folder's files by their paths: "file CONTENT", "link TARGET" or "folder".
using Tree = std::map<std::string, std::string>;

struct Scenario {
  std::string name;
  std::vector<std::string> arguments;  // of czip
  std::string input = {};              // for standard input
  // An output that may have other bytes if it decodes to the same: where the length of the input
  // cannot be found out, a file does not state it.
  std::string decodes = {};
  // An archive of the folder "folder": what of it cannot be read is left out and named.
  std::string packs = {};
  // An archive of the folder "folder" that gets another version. What a fault leaves behind the
  // first one changes nothing of that.
  std::string appends = {};
  bool reports = false;  // on several files: where one cannot be read, the others are reported
};

struct RunOptions {
  std::vector<std::string> environment = {};  // "NAME=value", besides that of all runs
  // Called with the process id while the command runs; a signal may be sent there.
  std::function<void(pid_t)> meanwhile = {};
  bool stdout_is_full = false;  // /dev/full
  rlim_t file_limit = 0;        // bytes; 0: none
};

struct Outcome {
  int status = 0;  // exit status; 128 + the signal that ended it
  bool timed_out = false;
  std::string out;
  std::string error;
  Tree tree;
};

class Bench {
 public:
  // `work` is emptied. `models`: a czip-model-v1 and the program that writes a small czip-model-v2.
  Bench(std::string czip, std::string work, const std::string& model1,
        const std::string& tiny_model);

  [[nodiscard]] const std::vector<Scenario>& scenarios() const { return scenarios_; }

  // Runs in a fresh copy of the inputs.
  Outcome run(const Scenario& scenario, const RunOptions& options = {});
  // The first run, without a fault, which must succeed.
  const Outcome& reference(const Scenario& scenario);

  // What is wrong with a run that had a fault, or "". Right are the results of the reference run;
  // and a status other than 0 with an error, all inputs as they were, and of the outputs only such
  // as the reference run has, whole. `may_leave`: temporary files may stay.
  std::string verdict(const Scenario& scenario, const Outcome& outcome, bool may_leave);
  // The same for a process that a signal ended.
  std::string verdict_after_signal(const Scenario& scenario, const Outcome& outcome,
                                   bool may_leave);

  [[nodiscard]] const std::filesystem::path& work() const { return work_; }
  [[nodiscard]] const Tree& inputs() const { return inputs_; }

 private:
  void make_inputs(const std::string& model1, const std::string& tiny_model);
  void czip(const std::vector<std::string>& arguments);
  // What is wrong with an archive that the last run has left without everything; "" if it has the
  // rest, and `error` names what it lacks.
  std::string wrong_in_archive(const std::string& path, const std::string& error);
  // What is wrong with an archive that the last run may have appended to; "": nothing.
  std::string wrong_in_versions(const std::string& path, const std::string& error);
  // The same where the command says that it has appended everything.
  std::string wrong_in_newest(const Scenario& scenario, const Outcome& outcome);
  // Extracts an archive of the last run to "unpacked" below the working folder.
  [[nodiscard]] bool unpack(const std::string& path, const std::string& options = "");
  // The text of a compressed file that the last run has left; "" if it cannot be decoded.
  std::string decoded(const std::string& path);
  std::string compare_trees(const Scenario& scenario, const Tree& found, const std::string& error,
                            bool may_leave);

  std::string czip_;
  std::filesystem::path work_;
  Tree inputs_;
  std::vector<Scenario> scenarios_;
  std::map<std::string, Outcome> references_;
};

[[nodiscard]] Tree tree_of(const std::filesystem::path& folder);

// Prints the failure and the command to repeat it; returns 1.
int report_failure(const Scenario& scenario, const Outcome& outcome, const std::string& fault,
                   const std::string& why);

}  // namespace czip::test
