// czip.compress() and czip.Compressor.
#pragma once

#include <pybind11/pybind11.h>

namespace czip_python {

void define_compress(pybind11::module_& module);

}  // namespace czip_python
