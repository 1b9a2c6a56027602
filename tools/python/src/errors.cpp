#include "errors.hpp"

#include <pybind11/pybind11.h>

namespace py = pybind11;

namespace czip_python {

Outcome outcome_of(czip_status status) {
  return {status, status == CZIP_OK ? std::string() : std::string(czip_last_error())};
}

void check(const Outcome& outcome) {
  if (outcome.status == CZIP_OK) return;
  // A message has names of files and models, which may be any bytes, and may end within a letter.
  const auto text = py::reinterpret_steal<py::str>(PyUnicode_DecodeUTF8(
      outcome.message.data(), static_cast<Py_ssize_t>(outcome.message.size()), "replace"));
  if (!text) throw py::error_already_set();
  const py::object error =
      py::module_::import("czip.errors").attr("of_status")(outcome.status, text);
  PyErr_SetObject(py::type::handle_of(error).ptr(), error.ptr());
  throw py::error_already_set();
}

}  // namespace czip_python
