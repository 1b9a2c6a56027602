// czip.decompress() and czip.Decompressor.
#pragma once

#include <pybind11/pybind11.h>

namespace czip_python {

void define_decompress(pybind11::module_& module);

}  // namespace czip_python
