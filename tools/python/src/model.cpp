#include "model.hpp"

#include <optional>
#include <string>

#include "bytes.hpp"
#include "errors.hpp"

namespace czip_python {
namespace {

// As the system has it: str, bytes or os.PathLike.
std::string path_of(const py::object& path) {
  auto name = py::module_::import("os").attr("fsencode")(path).cast<std::string>();
  if (name.find('\0') != std::string::npos) throw py::value_error("embedded null byte in a path");
  return name;
}

py::str text_of(const char* text) {
  return py::reinterpret_steal<py::str>(PyUnicode_DecodeUTF8(
      text, static_cast<Py_ssize_t>(std::char_traits<char>::length(text)), "replace"));
}

}  // namespace

Model Model::builtin() {
  czip_model* model = nullptr;
  Outcome outcome;
  {
    const py::gil_scoped_release release;
    outcome = outcome_of(czip_model_builtin(&model));
  }
  check(outcome);
  return Model(model);
}

Model Model::open(const py::object& path, const py::object& tokenizer) {
  const std::string name = path_of(path);
  const std::string tokenizer_name = tokenizer.is_none() ? std::string() : path_of(tokenizer);
  czip_model* model = nullptr;
  Outcome outcome;
  {
    const py::gil_scoped_release release;
    outcome = outcome_of(czip_model_open(&model, name.c_str(),
                                         tokenizer.is_none() ? nullptr : tokenizer_name.c_str()));
  }
  check(outcome);
  return Model(model);
}

Model Model::from_bytes(const py::object& file, const py::object& tokenizer) {
  const InputBytes bytes(file);
  std::optional<InputBytes> json;
  if (!tokenizer.is_none()) json.emplace(tokenizer);
  czip_model* model = nullptr;
  Outcome outcome;
  {
    const py::gil_scoped_release release;
    outcome = outcome_of(czip_model_copy(&model, bytes.data(), bytes.size(),
                                         json ? json->data() : nullptr, json ? json->size() : 0));
  }
  check(outcome);
  return Model(model);
}

czip_model* model_of(const py::handle& object) {
  if (!py::isinstance<Model>(object))
    throw py::type_error(std::string("a czip.Model is needed, not ") +
                         Py_TYPE(object.ptr())->tp_name);
  return object.cast<Model&>().get();
}

void define_model(py::module_& module) {
  py::class_<Model>(module, "Model",
                    "What czip knows of texts. Immutable; any number of threads may use one.")
      .def_static("builtin", &Model::builtin, "The model that is built in.")
      .def_static(
          "open", &Model::open, py::arg("path"), py::kw_only(), py::arg("tokenizer") = py::none(),
          "Reads a model file of CZIPv2 or CZIPv1. `tokenizer` is the path of a tokenizer in "
          "JSON, for a model of CZIPv1 without one.")
      .def_static("from_bytes", &Model::from_bytes, py::arg("file"), py::kw_only(),
                  py::arg("tokenizer") = py::none(),
                  "The same for a model file, and a tokenizer, in memory.")
      .def_property_readonly(
          "format", [](const Model& model) { return czip_model_format(model.get()); },
          "2 for CZIPv2, 1 for CZIPv1.")
      .def_property_readonly(
          "hash", [](const Model& model) { return text_of(czip_model_hash(model.get())); },
          "32 hexadecimal digits, by which files name the model.")
      .def_property_readonly(
          "name", [](const Model& model) { return text_of(czip_model_name(model.get())); },
          "The name that it gives itself, or ''.")
      .def_property_readonly(
          "license", [](const Model& model) { return text_of(czip_model_license(model.get())); },
          "The license that it names, or ''.")
      .def_property_readonly(
          "has_network",
          [](const Model& model) { return czip_model_has_network(model.get()) != 0; },
          "Whether levels 7 to 9 have a network to use.")
      .def_property_readonly(
          "has_language_model",
          [](const Model& model) { return czip_model_has_language_model(model.get()) != 0; },
          "Whether it is a public language model, for levels 6 to 9.")
      .def("__repr__", [](const Model& model) {
        return py::str("<czip.Model {!r} {}>")
            .format(text_of(czip_model_name(model.get())), czip_model_hash(model.get()));
      });
}

}  // namespace czip_python
