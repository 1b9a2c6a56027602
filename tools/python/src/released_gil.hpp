// The GIL, released where nothing may be thrown.
#pragma once

#include <pybind11/pybind11.h>

namespace czip_python {

// As pybind11::gil_scoped_release, which may throw and so is not for destructors.
class ReleasedGil {
 public:
  ReleasedGil() noexcept : state_(PyEval_SaveThread()) {}
  ~ReleasedGil() { PyEval_RestoreThread(state_); }
  ReleasedGil(const ReleasedGil&) = delete;
  ReleasedGil& operator=(const ReleasedGil&) = delete;

 private:
  PyThreadState* state_;
};

}  // namespace czip_python
