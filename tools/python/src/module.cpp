// czip._czip: libczip and czip's training for Python. czip/__init__.py says what of it is public.
#include <czip.h>
#include <pybind11/pybind11.h>

#include "compress.hpp"
#include "decompress.hpp"
#include "file_parts.hpp"
#include "model.hpp"
#include "train.hpp"

PYBIND11_MODULE(_czip, module) {
  module.attr("__version__") = czip_version_string();
  module.attr("LEVEL_MIN") = int{CZIP_LEVEL_MIN};
  module.attr("LEVEL_MAX") = int{CZIP_LEVEL_MAX};
  czip_python::define_model(module);
  czip_python::define_compress(module);
  czip_python::define_decompress(module);
  czip_python::define_file_parts(module);
  czip_python::define_train(module);
}
