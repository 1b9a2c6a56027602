// Models made from texts. Training is not in czip.h: this uses czip's library for it.
#pragma once

#include <pybind11/pybind11.h>

namespace czip_python {

void define_train(pybind11::module_& module);

}  // namespace czip_python
