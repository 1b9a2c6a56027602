#include "compress.hpp"

#include <czip.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "bytes.hpp"
#include "long_call.hpp"
#include "model.hpp"
#include "released_gil.hpp"

namespace czip_python {
namespace {

// What takes less than some milliseconds need not be interrupted.
constexpr std::size_t kShortText = 4096;
constexpr std::size_t kFirstRoom = std::size_t{16} << 10;
constexpr std::size_t kMostRoom = std::size_t{4} << 20;

struct ContextFree {
  void operator()(czip_cctx* context) const {
    const ReleasedGil released;  // threads of a stream are waited for
    czip_cctx_free(context);
  }
};

struct CompressOptions {
  py::object level, model;
  std::int64_t threads, block_bytes, memory_limit;
  bool verify;
  py::object progress;
};

class Compressor {
 public:
  explicit Compressor(const CompressOptions& options)
      : calls_(options.progress), context_(czip_cctx_create()) {
    if (!context_) throw std::bad_alloc();
    set(CZIP_C_LEVEL, options.level.is_none() ? CZIP_LEVEL_DEFAULT : level_of(options.level));
    set(CZIP_C_THREADS, options.threads);
    set(CZIP_C_BLOCK_BYTES, options.block_bytes);
    set(CZIP_C_MEMORY_LIMIT, options.memory_limit);
    set(CZIP_C_VERIFY, options.verify ? 1 : 0);
    if (!options.model.is_none()) {
      czip_model* const model = model_of(options.model);
      check(czip_cctx_set_model(context_.get(), model));
      format_ = czip_model_format(model);
    }
    check(czip_cctx_set_progress(context_.get(), &LongCalls::report_text, &calls_));
  }

  py::bytes compress(const py::object& data) {
    const InputBytes text(data);
    return stream(text.data(), text.size(), CZIP_CONTINUE);
  }
  py::bytes flush(int mode) { return stream(nullptr, 0, mode); }

  py::bytes compress_whole(const py::object& data) {
    const InputBytes text(data);
    if (format_ == 1) return stream(text.data(), text.size(), CZIP_END);  // which has no bound
    const std::size_t bound = czip_compress_bound(text.size());
    if (bound == 0) throw std::bad_alloc();
    OutputBytes file(bound);
    std::size_t written = 0;
    const auto work = [&] {
      return czip_cctx_compress(context_.get(), file.data(), file.capacity(), &written, text.data(),
                                text.size());
    };
    calls_.run(work, text.size() < kShortText);
    return file.take(written);
  }

 private:
  // 0 is no level of Python's: what the model takes as its own is None.
  static std::int64_t level_of(const py::object& level) {
    const auto number = PyNumber_AsSsize_t(level.ptr(), PyExc_ValueError);
    if (PyErr_Occurred() != nullptr) throw py::error_already_set();
    if (number < CZIP_LEVEL_MIN || number > CZIP_LEVEL_MAX)
      throw py::value_error("level must be " + std::to_string(CZIP_LEVEL_MIN) + " to " +
                            std::to_string(CZIP_LEVEL_MAX) + ", or None, not " +
                            std::to_string(number));
    return number;
  }

  void set(int parameter, std::int64_t value) {
    check(czip_cctx_set(context_.get(), parameter, value));
  }

  py::bytes stream(const char* text, std::size_t size, int directive) {
    czip_in_buffer in{text, size, 0};
    OutputBytes room(kFirstRoom);
    std::size_t written = 0;
    for (int done = 0; done == 0;) {
      if (written == room.capacity())
        room.resize(written + std::clamp(written, kFirstRoom, kMostRoom));
      czip_out_buffer out{room.data(), room.capacity(), written};
      calls_.run([&] { return czip_cctx_stream(context_.get(), &out, &in, directive, &done); });
      written = out.pos;
    }
    return room.take(written);
  }

  LongCalls calls_;
  std::unique_ptr<czip_cctx, ContextFree> context_;  // reports to calls_
  int format_ = 2;
};

constexpr const char* kOptions =
    "level: 1 (fast) to 9 (small); None is 6, or what a model of CZIPv1 says. model: None is the "
    "one "
    "built in. threads: 0 is as many as the machine has; the result is the same for any number. "
    "block_bytes: most text of a block, 65536 to 67108864; 0 is the level's. memory_limit: bytes "
    "besides the model; 0 is any. verify: decode each block and compare. progress: called with the "
    "bytes of text done so far, on the calling thread; what it raises ends the coding.";

}  // namespace

void define_compress(py::module_& module) {
  using Options = CompressOptions;
  module.def(
      "compress",
      [](const py::object& data, py::object level, py::object model, std::int64_t threads,
         std::int64_t block_bytes, std::int64_t memory_limit, bool verify, py::object progress) {
        Compressor compressor(Options{std::move(level), std::move(model), threads, block_bytes,
                                      memory_limit, verify, std::move(progress)});
        return compressor.compress_whole(data);
      },
      py::arg("data"), py::arg("level") = py::none(), py::kw_only(), py::arg("model") = py::none(),
      py::arg("threads") = 1, py::arg("block_bytes") = 0, py::arg("memory_limit") = 0,
      py::arg("verify") = true, py::arg("progress") = py::none(),
      ("Compresses bytes to a whole file, as the command czip does.\n\n" + std::string(kOptions))
          .c_str());

  auto compressor = py::class_<Compressor>(
      module, "Compressor",
      ("Compresses a text piece by piece, as zlib.compressobj() does.\n\n" + std::string(kOptions))
          .c_str());
  compressor
      .def(py::init([](py::object level, py::object model, std::int64_t threads,
                       std::int64_t block_bytes, std::int64_t memory_limit, bool verify,
                       py::object progress) {
             return std::make_unique<Compressor>(Options{std::move(level), std::move(model),
                                                         threads, block_bytes, memory_limit, verify,
                                                         std::move(progress)});
           }),
           py::arg("level") = py::none(), py::kw_only(), py::arg("model") = py::none(),
           py::arg("threads") = 1, py::arg("block_bytes") = 0, py::arg("memory_limit") = 0,
           py::arg("verify") = true, py::arg("progress") = py::none())
      .def("compress", &Compressor::compress, py::arg("data"),
           "Takes text; returns what is ready of the file, often b''.")
      .def("flush", &Compressor::flush, py::arg("mode") = int{CZIP_END},
           "Returns the rest of the file; the next text begins another. With FLUSH_FRAME, ends the "
           "frame only, so that all text so far can be decoded.");
  module.attr("FLUSH_FRAME") = int{CZIP_FLUSH};
  module.attr("FLUSH_FINISH") = int{CZIP_END};
}

}  // namespace czip_python
