// Removes the unfinished output when a signal ends the command.
#pragma once

#include <csignal>

namespace czip::tool {

// Signals that end the command from outside clean up first; SIGXFSZ becomes an error of write().
void install_signal_handlers();

// The file to remove, by a path that stays valid until the next call; null for none.
void set_unfinished_file(const char* path);

// Holds signals back while a file and its registration change together.
class SignalsHeld {
 public:
  SignalsHeld();
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld();

 private:
  sigset_t before_;
};

}  // namespace czip::tool
