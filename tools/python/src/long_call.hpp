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

#include "errors.hpp"

namespace czip_python {

namespace py = pybind11;

// Lives as long as the context that reports to it, for a stream may report between two calls.
class LongCalls {
 public:
  // Of a Python callable, which gets the bytes of text done, or None.
  explicit LongCalls(py::object progress) : progress_(std::move(progress)) {}

  // A czip_progress; `user` is the LongCalls.
  static int report(void* user, std::uint64_t text_bytes);

  // Does `work` and throws what it fails with, or what the callback or a signal's handler raises:
  // then the coding is cancelled, and all later calls are, too. Needs the GIL.
  // Two threads that use one object at once: RuntimeError.
  void run(const std::function<czip_status()>& work, bool is_short = false);

 private:
  Outcome on_this_thread(const std::function<czip_status()>& work);
  Outcome on_another_thread(const std::function<czip_status()>& work);
  // Waits without the GIL, serves with it, until there is an outcome.
  void serve(const std::optional<Outcome>& outcome);
  void serve_progress(std::uint64_t text_bytes);

  py::object progress_;
  std::mutex in_use_;
  std::atomic<bool> cancelled_ = false;
  std::mutex mutex_;  // of the two below and of an outcome; never taken with the GIL held
  std::condition_variable changed_;
  std::uint64_t text_bytes_ = 0;
  std::uint64_t served_ = 0;  // of the thread that called alone
};

}  // namespace czip_python
