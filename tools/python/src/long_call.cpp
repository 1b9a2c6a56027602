#include "long_call.hpp"

#include <chrono>
#include <system_error>
#include <thread>

namespace czip_python {
namespace {

// How late Ctrl-C may be noticed.
constexpr std::chrono::milliseconds kSignalsEvery{50};

// Python handles signals on its main thread alone.
bool handles_signals() {
  const py::module_ threading = py::module_::import("threading");
  return threading.attr("main_thread")().attr("ident").cast<unsigned long>() ==
         PyThread_get_thread_ident();
}

}  // namespace

bool LongCalls::report(Progress progress) {
  if (cancelled_) return false;
  {
    const std::lock_guard lock(mutex_);
    reported_ = std::move(progress);
  }
  changed_.notify_all();
  return true;
}

int LongCalls::report_text(void* user, std::uint64_t text_bytes) {
  return static_cast<LongCalls*>(user)->report({.done = text_bytes}) ? 1 : 0;
}

void LongCalls::run(const std::function<Outcome()>& work, bool is_short) {
  const std::unique_lock alone(in_use_, std::try_to_lock);
  if (!alone)
    throw std::runtime_error(
        "this object is in use, by another thread or by the call that called back");
  const bool serves = !progress_.is_none() || (!is_short && handles_signals());
  check(serves ? on_another_thread(work) : on_this_thread(work));
}

Outcome LongCalls::on_this_thread(const std::function<Outcome()>& work) {
  const py::gil_scoped_release release;
  return work();
}

Outcome LongCalls::on_another_thread(const std::function<Outcome()>& work) {
  std::optional<Outcome> outcome;
  std::thread worker;
  try {
    worker = std::thread([&] {
      Outcome made = work();
      const std::lock_guard lock(mutex_);
      outcome = std::move(made);
      changed_.notify_all();
    });
  } catch (const std::system_error&) {  // no more threads
    return on_this_thread(work);
  }
  try {
    serve(outcome);
  } catch (...) {
    cancelled_ = true;
    const py::gil_scoped_release release;
    worker.join();
    throw;
  }
  const py::gil_scoped_release release;
  worker.join();
  return *outcome;
}

void LongCalls::serve(const std::optional<Outcome>& outcome) {
  for (bool finished = false; !finished;) {
    Progress progress;
    {
      const py::gil_scoped_release release;
      std::unique_lock lock(mutex_);
      const auto worth_it = [&] {
        return outcome.has_value() || (progress_.ptr() != Py_None && reported_ != served_);
      };
      changed_.wait_for(lock, kSignalsEvery, worth_it);
      finished = outcome.has_value();
      progress = reported_;
    }
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (!progress_.is_none() && progress != served_) serve_progress(progress);
  }
}

void LongCalls::serve_progress(const Progress& progress) {
  served_ = progress;
  if (progress.stage.empty()) {
    progress_(progress.done);
  } else {
    progress_(progress.stage, progress.done, progress.total);
  }
}

}  // namespace czip_python
