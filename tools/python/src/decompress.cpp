#include "decompress.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "bytes.hpp"
#include "decompress_context.hpp"

namespace czip_python {
namespace {

constexpr std::size_t kFirstRoom = std::size_t{64} << 10;
constexpr std::size_t kMostRoom = std::size_t{16} << 20;
// A text that claims to be longer than both is not given all its room at once.
constexpr std::uint64_t kLongText = std::uint64_t{64} << 20;
constexpr std::uint64_t kHighRatio = 256;

// As lzma.LZMADecompressor, but the end is known only to those who say that no input follows, for a
// file may have many frames: that is flush().
class Decompressor {
 public:
  explicit Decompressor(const DecompressOptions& options) : context_(options) {}

  py::bytes decompress(const py::object& data, std::int64_t max_length) {
    if (eof_) {
      PyErr_SetString(PyExc_EOFError, "the end of the file has been reached");
      throw py::error_already_set();
    }
    const InputBytes input(data);
    if (pending_.empty()) {
      czip_in_buffer in{input.data(), input.size(), 0};
      py::bytes text = stream(in, CZIP_CONTINUE, max_length);
      pending_.assign(input.data() + in.pos, input.size() - in.pos);
      return text;
    }
    pending_.append(input.data(), input.size());
    return from_pending(CZIP_CONTINUE, max_length);
  }

  py::bytes flush() {
    if (eof_) return {};
    py::bytes text = from_pending(CZIP_END, -1);
    eof_ = true;
    return text;
  }

  [[nodiscard]] bool eof() const { return eof_; }
  [[nodiscard]] bool needs_input() const { return needs_input_ && !eof_; }

  py::bytes decompress_whole(const InputBytes& file, std::uint64_t max_output) {
    std::uint64_t text_bytes = 0;
    check(czip_text_size(file.data(), file.size(), &text_bytes));
    const bool claims_much = text_bytes > kLongText && text_bytes / kHighRatio > file.size();
    if (claims_much || (max_output != 0 && text_bytes > max_output)) {
      czip_in_buffer in{file.data(), file.size(), 0};
      return stream(in, CZIP_END, -1);
    }
    OutputBytes text(static_cast<std::size_t>(text_bytes));
    std::size_t written = 0;
    context_.run([&] {
      return czip_dctx_decompress(context_.get(), text.data(), text.capacity(), &written,
                                  file.data(), file.size());
    });
    return text.take(written);
  }

 private:
  py::bytes from_pending(int directive, std::int64_t max_length) {
    const std::string input = std::move(pending_);
    pending_.clear();
    czip_in_buffer in{input.data(), input.size(), 0};
    py::bytes text = stream(in, directive, max_length);
    pending_.assign(input, in.pos);
    return text;
  }

  // At most `max_length` bytes, if that is not negative.
  py::bytes stream(czip_in_buffer& in, int directive, std::int64_t max_length) {
    const std::size_t most = max_length < 0 ? SIZE_MAX : static_cast<std::size_t>(max_length);
    OutputBytes room(std::min(most, kFirstRoom));
    std::size_t written = 0;
    int done = 0;
    while (true) {
      czip_out_buffer out{room.data(), std::min(room.capacity(), most), written};
      context_.run([&] { return czip_dctx_stream(context_.get(), &out, &in, directive, &done); });
      written = out.pos;
      if (done != 0 || written == most) break;
      if (written == room.capacity())
        room.resize(std::min(most, written + std::clamp(written, kFirstRoom, kMostRoom)));
    }
    needs_input_ = done != 0;
    // All that is a file has been taken, and something else is left.
    if (done != 0 && in.pos < in.size) eof_ = true;
    return room.take(written);
  }

  DecompressContext context_;
  std::string pending_;  // input that was not taken, for there was no room for its text
  bool needs_input_ = true;
  bool eof_ = false;
};

constexpr const char* kOptions =
    "models: czip.Model objects to decode with, besides the one built in. threads: 0 is as many as "
    "the machine has. memory_limit: bytes besides the models; 0 is any. max_output: bytes of text "
    "at most, more is a LimitError; 0 is any. progress: called with the bytes of text done so far, "
    "on the calling thread; what it raises ends the decoding.";

}  // namespace

void define_decompress(py::module_& module) {
  using Options = DecompressOptions;
  module.def(
      "decompress",
      [](const py::object& data, py::object models, std::int64_t threads, std::int64_t memory_limit,
         std::int64_t max_output, py::object progress) {
        Decompressor decompressor(
            Options{std::move(models), threads, memory_limit, max_output, std::move(progress)});
        return decompressor.decompress_whole(InputBytes(data),
                                             static_cast<std::uint64_t>(max_output));
      },
      py::arg("data"), py::kw_only(), py::arg("models") = py::tuple(), py::arg("threads") = 1,
      py::arg("memory_limit") = 0, py::arg("max_output") = 0, py::arg("progress") = py::none(),
      ("Decompresses a whole file, and checks it.\n\n" + std::string(kOptions)).c_str());

  py::class_<Decompressor>(
      module, "Decompressor",
      ("Decompresses a file piece by piece.\n\n" + std::string(kOptions)).c_str())
      .def(py::init([](py::object models, std::int64_t threads, std::int64_t memory_limit,
                       std::int64_t max_output, py::object progress) {
             return std::make_unique<Decompressor>(Options{std::move(models), threads, memory_limit,
                                                           max_output, std::move(progress)});
           }),
           py::kw_only(), py::arg("models") = py::tuple(), py::arg("threads") = 1,
           py::arg("memory_limit") = 0, py::arg("max_output") = 0, py::arg("progress") = py::none())
      .def(
          "decompress", &Decompressor::decompress, py::arg("data"), py::arg("max_length") = -1,
          "Takes a part of a file; returns text, at most max_length bytes if that is not negative. "
          "All of it has been checked.")
      .def(
          "flush", &Decompressor::flush,
          "Says that no input follows. Returns the rest of the text; TruncatedError if the file is "
          "not complete.")
      .def_property_readonly(
          "eof", &Decompressor::eof,
          "Whether the end is known to have been reached: after flush(), or when "
          "something follows that belongs to no file of czip.")
      .def_property_readonly(
          "needs_input", &Decompressor::needs_input,
          "Whether decompress() has to be given more input to return more text.");
}

}  // namespace czip_python
