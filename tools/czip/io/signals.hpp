// Removes the unfinished output when a signal ends the command.
#pragma once

#include <csignal>
#include <functional>
#include <thread>

#include "io/descriptor.hpp"

namespace czip::tool {

// Makes signals that end the command clean up first, and turns SIGXFSZ into an error of write().
// Must be called by the main thread, before there are others.
void install_signal_handlers();

// Sets the file to remove; null: none. The path must stay valid until the next call. Only the main
// thread may call it.
void set_unfinished_file(const char* path);

// Removes that file, if any. May be called in a signal handler and on any thread.
void remove_unfinished_file();

// Ends the command without its unfinished outputs. May be called in a handler of a signal that a
// thread's own work raised, on any thread.
[[noreturn]] void end_without_outputs(int status);

// Blocks the signals in this thread while a file and its registration change together.
class SignalsHeld {
 public:
  SignalsHeld();
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld();

 private:
  sigset_t before_;
};

// Cleans up after work that leaves more than one file. A thread waits for the signals, whichever
// thread they reach, calls `clean_up` and ends the command. SignalsHeld must be around it, so that
// the work itself is not interrupted. One watch may exist at a time. Where the machine refuses a
// thread, arrived() looks for signals that wait, and the work must end by itself.
class InterruptWatch {
 public:
  explicit InterruptWatch(std::function<void()> clean_up);
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;
  ~InterruptWatch();

  // Whether a signal has arrived. The work must then no longer touch its files.
  [[nodiscard]] static bool arrived();

 private:
  void watch();

  std::function<void()> clean_up_;
  Descriptor event_;
  // The ends of a pipe. Closing the second one stops the thread: unlike a write, that cannot fail.
  Descriptor stopped_;
  Descriptor stop_;
  std::thread thread_;
};

}  // namespace czip::tool
