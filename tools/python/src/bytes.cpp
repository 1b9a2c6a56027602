#include "bytes.hpp"

#include <utility>

namespace czip_python {
namespace {

Py_ssize_t python_size(std::size_t size) {
  if (size > static_cast<std::size_t>(PY_SSIZE_T_MAX)) {
    PyErr_NoMemory();
    throw py::error_already_set();
  }
  return static_cast<Py_ssize_t>(size);
}

}  // namespace

InputBytes::InputBytes(const py::handle& object) {
  if (PyObject_GetBuffer(object.ptr(), &view_, PyBUF_SIMPLE) != 0) throw py::error_already_set();
}

OutputBytes::OutputBytes(std::size_t capacity) {
  // At least one byte: an empty object is shared, and cannot grow.
  PyObject* const made =
      PyBytes_FromStringAndSize(nullptr, python_size(capacity == 0 ? 1 : capacity));
  if (made == nullptr) throw py::error_already_set();
  object_ = py::reinterpret_steal<py::object>(made);
}

void OutputBytes::resize(std::size_t size) {
  PyObject* object = object_.release().ptr();
  if (_PyBytes_Resize(&object, python_size(size)) != 0) throw py::error_already_set();
  object_ = py::reinterpret_steal<py::object>(object);
}

py::bytes OutputBytes::take(std::size_t size) {
  if (size != capacity()) resize(size);
  return py::reinterpret_steal<py::bytes>(object_.release());
}

}  // namespace czip_python
