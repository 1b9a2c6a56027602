// Bytes that Python gives, and bytes for Python.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>

namespace czip_python {

namespace py = pybind11;

// Any object with a contiguous buffer. Keeps it from being changed in size; needs the GIL to be
// made and destroyed, not to be read.
class InputBytes {
 public:
  explicit InputBytes(const py::handle& object);
  ~InputBytes() { PyBuffer_Release(&view_); }
  InputBytes(const InputBytes&) = delete;
  InputBytes& operator=(const InputBytes&) = delete;

  [[nodiscard]] const char* data() const { return static_cast<const char*>(view_.buf); }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(view_.len); }

 private:
  Py_buffer view_{};
};

// An object bytes that is being written and grows. Only the data may be used without the GIL.
class OutputBytes {
 public:
  explicit OutputBytes(std::size_t capacity);
  [[nodiscard]] char* data() const { return PyBytes_AS_STRING(object_.ptr()); }
  [[nodiscard]] std::size_t capacity() const {
    return static_cast<std::size_t>(PyBytes_GET_SIZE(object_.ptr()));
  }
  void resize(std::size_t size);
  [[nodiscard]] py::bytes take(std::size_t size);

 private:
  py::object object_;
};

}  // namespace czip_python
