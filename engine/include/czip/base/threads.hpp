// Threads and locks of the C++ library. Where it has none, as on WebAssembly (WASI), there is one
// thread, and locks do nothing.
#pragma once

#include <utility>

#if defined(__STDCPP_THREADS__)
#include <condition_variable>
#include <mutex>
#include <thread>
#endif

namespace czip {

#if defined(__STDCPP_THREADS__)

inline constexpr bool kHaveThreads = true;

using Mutex = std::mutex;
using Lock = std::unique_lock<std::mutex>;
using ConditionVariable = std::condition_variable;
using OnceFlag = std::once_flag;

[[nodiscard]] inline unsigned hardware_threads() { return std::thread::hardware_concurrency(); }

// Lets others run.
inline void yield_thread() { std::this_thread::yield(); }

template <class Function>
void call_once(OnceFlag& flag, Function&& function) {
  std::call_once(flag, std::forward<Function>(function));
}

// A thread that is waited for when this is destroyed (std::jthread, which not every library has).
class Thread {
 public:
  template <class Function>
  explicit Thread(Function function) : thread_(std::move(function)) {}
  Thread(Thread&&) noexcept = default;
  Thread& operator=(Thread&&) = delete;
  ~Thread() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::thread thread_;
};

#else

inline constexpr bool kHaveThreads = false;

struct Mutex {};

class Lock {
 public:
  explicit Lock(Mutex&) {}
  void lock() {}
  void unlock() {}
};

struct ConditionVariable {
  // There is nobody to wait for: the condition holds.
  template <class Condition>
  void wait(Lock&, Condition&&) {}
  void notify_all() {}
};

struct OnceFlag {
  bool done = false;
};

[[nodiscard]] inline unsigned hardware_threads() { return 1; }

inline void yield_thread() {}

template <class Function>
void call_once(OnceFlag& flag, Function&& function) {
  if (!std::exchange(flag.done, true)) function();
}

// Never made, since kHaveThreads is false.
class Thread {
 public:
  template <class Function>
  explicit Thread(Function&&) {}
};

#endif

}  // namespace czip
