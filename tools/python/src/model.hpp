// czip.Model: a reference of a czip_model.
#pragma once

#include <czip.h>
#include <pybind11/pybind11.h>

#include <memory>

namespace czip_python {

namespace py = pybind11;

struct ModelRelease {
  void operator()(czip_model* model) const { czip_model_release(model); }
};
using ModelReference = std::unique_ptr<czip_model, ModelRelease>;

class Model {
 public:
  explicit Model(czip_model* owned) : model_(owned) {}
  [[nodiscard]] czip_model* get() const { return model_.get(); }

  static Model builtin();
  static Model open(const py::object& path, const py::object& tokenizer);
  static Model from_bytes(const py::object& file, const py::object& tokenizer);

 private:
  ModelReference model_;
};

// Of an object czip.Model; TypeError if it is another.
czip_model* model_of(const py::handle& object);

void define_model(py::module_& module);

}  // namespace czip_python
