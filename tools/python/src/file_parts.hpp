// Parts of a file, and what it says of itself: czip._czip.RangeReader and inspect().
#pragma once

#include <pybind11/pybind11.h>

namespace czip_python {

void define_file_parts(pybind11::module_& module);

}  // namespace czip_python
