// Calls of the library that may take long: without the GIL, while Python's signals, such as that of
// Ctrl-C, and a progress callback are served on the thread that called, and nowhere else.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "errors.hpp"

namespace czip_python {

namespace py = pybind11;

// How far a call is.
struct Progress {
  std::string stage{};      // of training; coding has none
  std::uint64_t done = 0;   // bytes of text, in coding
  std::uint64_t total = 0;  // of a stage

  bool operator==(const Progress&) const = default;
};

// Lives as long as the context that reports to it, for a stream may report between two calls.
class LongCalls {
 public:
  // Of a Python callable, which gets `done`, or with a stage all three; or None.
  explicit LongCalls(py::object progress) : progress_(std::move(progress)) {}

  // From any thread. False: the work is to end.
  [[nodiscard]] bool report(Progress progress);
  // A czip_progress; `user` is the LongCalls.
  static int report_text(void* user, std::uint64_t text_bytes);

  // Does `work` and throws what it fails with, or what the callback or a signal's handler raises:
  // then the coding is cancelled, and all later calls are, too. Needs the GIL.
  // Two threads that use one object at once: RuntimeError.
  void run(const std::function<Outcome()>& work, bool is_short = false);
  // Of one call of the library.
  void run(const std::function<czip_status()>& work, bool is_short = false) {
    run([&work] { return outcome_of(work()); }, is_short);
  }

 private:
  Outcome on_this_thread(const std::function<Outcome()>& work);
  Outcome on_another_thread(const std::function<Outcome()>& work);
  // Waits without the GIL, serves with it, until there is an outcome.
  void serve(const std::optional<Outcome>& outcome);
  void serve_progress(const Progress& progress);

  py::object progress_;
  std::mutex in_use_;
  std::atomic<bool> cancelled_ = false;
  std::mutex mutex_;  // of the two below and of an outcome; never taken with the GIL held
  std::condition_variable changed_;
  Progress reported_;
  Progress served_;  // of the thread that called alone
};

}  // namespace czip_python
