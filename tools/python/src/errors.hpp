// Errors of libczip as exceptions of Python.
#pragma once

#include <czip.h>

#include <string>

namespace czip_python {

// What a call of the library ended with, and its message, which belongs to the thread that called.
struct Outcome {
  czip_status status = CZIP_OK;
  std::string message;
};

Outcome outcome_of(czip_status status);

// Throws the exception that czip.errors has for it; returns if there is no error. Needs the GIL.
void check(const Outcome& outcome);
inline void check(czip_status status) { check(outcome_of(status)); }

}  // namespace czip_python
