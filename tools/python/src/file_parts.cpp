#include "file_parts.hpp"

#include <czip.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

#include "bytes.hpp"
#include "decompress_context.hpp"

namespace czip_python {
namespace {

// Bytes that a Python callable gives: read_at(offset, size) -> bytes, from whatever thread codes.
class PythonSource {
 public:
  PythonSource(py::object read_at, std::uint64_t size)
      : read_at_(std::move(read_at)), size_(size) {}

  czip_source source() { return {this, &PythonSource::read_at, &PythonSource::size}; }
  // Instead of what the library makes of it. Needs the GIL.
  void rethrow() {
    if (!error_) return;
    py::error_already_set error = std::move(*error_);
    error_.reset();
    throw error;
  }

 private:
  static czip_status read_at(void* user, std::uint64_t offset, void* buffer, std::size_t size,
                             std::size_t* count) {
    auto& self = *static_cast<PythonSource*>(user);
    const py::gil_scoped_acquire acquire;
    try {
      const py::object read = self.read_at_(offset, size);
      const InputBytes bytes(read);
      *count = std::min(size, bytes.size());
      if (*count != 0) std::memcpy(buffer, bytes.data(), *count);
      return CZIP_OK;
    } catch (py::error_already_set& error) {
      self.error_.emplace(std::move(error));
    }
    return CZIP_ERROR_IO;
  }
  static czip_status size(void* user, std::uint64_t* size) {
    *size = static_cast<PythonSource*>(user)->size_;
    return CZIP_OK;
  }

  py::object read_at_;
  std::uint64_t size_;
  std::optional<py::error_already_set> error_;
};

class RangeReader {
 public:
  RangeReader(py::object read_at, std::uint64_t size, const DecompressOptions& options)
      : source_(std::move(read_at), size), context_(options) {}

  py::bytes read(std::uint64_t start, std::size_t length) {
    OutputBytes text(length);
    const czip_source source = source_.source();
    std::size_t written = 0;
    try {
      context_.run([&] {
        return czip_dctx_range(context_.get(), &source, start, length, text.data(), length,
                               &written);
      });
    } catch (...) {
      source_.rethrow();
      throw;
    }
    return text.take(written);
  }

 private:
  PythonSource source_;
  DecompressContext context_;
};

py::dict fields_of(const czip_info& info) {
  using namespace py::literals;
  return py::dict(
      "format"_a = info.format, "level"_a = info.level, "is_archive"_a = info.is_archive != 0,
      "needs_model"_a = info.needs_model != 0, "text_bytes"_a = info.text_bytes,
      "file_bytes"_a = info.file_bytes, "frames"_a = info.frames, "blocks"_a = info.blocks,
      "model_hash"_a = py::str(info.model_hash), "more_models"_a = info.more_models != 0);
}

py::dict inspect_bytes(const py::object& file) {
  const InputBytes bytes(file);
  czip_info info{};
  info.struct_size = sizeof info;
  Outcome outcome;
  {
    const py::gil_scoped_release release;
    outcome = outcome_of(czip_inspect_memory(bytes.data(), bytes.size(), &info));
  }
  check(outcome);
  return fields_of(info);
}

py::dict inspect_source(py::object read_at, std::uint64_t size) {
  PythonSource python(std::move(read_at), size);
  const czip_source source = python.source();
  czip_info info{};
  info.struct_size = sizeof info;
  Outcome outcome;
  {
    const py::gil_scoped_release release;
    outcome = outcome_of(czip_inspect(&source, &info));
  }
  python.rethrow();
  check(outcome);
  return fields_of(info);
}

}  // namespace

void define_file_parts(py::module_& module) {
  module.def("inspect_bytes", &inspect_bytes, py::arg("file"));
  module.def("inspect_source", &inspect_source, py::arg("read_at"), py::arg("size"));
  py::class_<RangeReader>(module, "RangeReader",
                          "Decodes and checks only the blocks that have a part of the text. "
                          "read_at(offset, size) gives bytes of the file, of which `size` is all.")
      .def(py::init([](py::object read_at, std::uint64_t size, py::object models,
                       std::int64_t threads, std::int64_t memory_limit) {
             return std::make_unique<RangeReader>(
                 std::move(read_at), size,
                 DecompressOptions{std::move(models), threads, memory_limit, 0, py::none()});
           }),
           py::arg("read_at"), py::arg("size"), py::kw_only(), py::arg("models") = py::tuple(),
           py::arg("threads") = 1, py::arg("memory_limit") = 0)
      .def("read", &RangeReader::read, py::arg("start"), py::arg("length"),
           "Text from `start` on, `length` bytes of it, or fewer where it ends.");
}

}  // namespace czip_python
