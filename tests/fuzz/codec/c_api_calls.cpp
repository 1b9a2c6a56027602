// Calls of czip.h in any order: parameters, streams that are begun, flushed, reset and freed in the
// middle, whole texts, changed files. No call crashes or gives a status that czip.h does not have,
// and what a context compresses, another one restores.
#include <algorithm>
#include <array>
#include <cstring>

#include "czip.h"
#include "fuzz/codec/model_v2.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using namespace czip;
using namespace czip::test;

czip_status known(czip_status status) {
  insist(std::strcmp(czip_status_text(status), "an unknown status") != 0, "a status of czip.h");
  insist(status != CZIP_ERROR_INTERNAL, "no defect");
  if (status != CZIP_OK) insist(is_well_styled(czip_last_error()), "a message of one line");
  return status;
}

czip_model* fuzz_model() {
  static czip_model* const model = [] {
    czip_model* made = nullptr;
    const Bytes& file = fuzz_model_file_v2();
    insist(czip_model_borrow(&made, file.data(), file.size(), nullptr, 0) == CZIP_OK, "a model");
    return made;
  }();
  return model;
}

class Caller {
 public:
  explicit Caller(FuzzInput& input) : input_(&input) { begin(); }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  ~Caller() { end(); }

  void call() {
    switch (input_->below(12)) {
      case 0:
        return set_parameters();
      case 1:
        return compress();
      case 2:
        return decompress();
      case 3:
        return stream_text();
      case 4:
        return stream_file();
      case 5:
        return reset();
      case 6:
        return range();
      case 7:
        return inspect();
      case 8:
        return change_file();
      case 9:
        return follow();
      case 10:
        end();
        return begin();
      default:
        return stream_text();
    }
  }

 private:
  void begin() {
    compressor_ = czip_cctx_create();
    decompressor_ = czip_dctx_create();
    use_model();
  }
  void use_model() {
    known(czip_cctx_set_model(compressor_, fuzz_model()));
    known(czip_dctx_add_model(decompressor_, fuzz_model()));
    known(czip_cctx_set(compressor_, CZIP_C_LEVEL, 1));
  }
  void end() {
    czip_cctx_free(compressor_);
    czip_dctx_free(decompressor_);
  }

  void set_parameters() {
    // More levels and threads would take too long under sanitizers.
    const int parameter = static_cast<int>(input_->below(8)) - 1;
    const std::array<std::int64_t, 6> values{0, 1, 2, -1, 65536, std::int64_t{1} << 40};
    const std::int64_t value = values[input_->below(static_cast<std::uint32_t>(values.size()))];
    if (parameter == CZIP_C_THREADS && value == 0) return;
    known(czip_cctx_set(compressor_, parameter, value));
    if (parameter != CZIP_D_THREADS || value != 0)
      known(czip_dctx_set(decompressor_, parameter, value));
  }

  void compress() {
    const auto text = input_->take(input_->byte());
    Bytes file(czip_compress_bound(text.size()) - input_->below(2) * 100);
    std::size_t written = 0;
    if (known(czip_cctx_compress(compressor_, file.data(), file.size(), &written, text.data(),
                                 text.size())) != CZIP_OK)
      return insist(written == 0, "nothing is written by a call that fails");
    file.resize(written);
    file_ = std::move(file);
    czip_dctx* const other = czip_dctx_create();
    known(czip_dctx_add_model(other, fuzz_model()));
    Bytes back(text.size());
    insist(czip_dctx_decompress(other, back.data(), back.size(), &written, file_.data(),
                                file_.size()) == CZIP_OK &&
               written == text.size() && std::ranges::equal(back, text),
           "the text comes back");
    czip_dctx_free(other);
  }

  void decompress() {
    Bytes text(input_->byte() * std::size_t{4});
    std::size_t written = 0;
    known(czip_dctx_decompress(decompressor_, text.data(), text.size(), &written, file_.data(),
                               file_.size()));
    insist(written <= text.size(), "a call stays within its buffer");
  }

  void stream_text() {
    const auto text = input_->take(input_->byte());
    czip_in_buffer in{text.data(), text.size(), 0};
    Bytes room(input_->byte());
    czip_out_buffer out{room.data(), room.size(), 0};
    int done = 0;
    known(czip_cctx_stream(compressor_, &out, &in, static_cast<int>(input_->below(4)), &done));
    insist(in.pos <= in.size && out.pos <= out.size, "a call stays within its buffers");
    if (out.pos != 0) streamed_.insert(streamed_.end(), room.data(), room.data() + out.pos);
    if (input_->below(4) == 0) file_ = std::exchange(streamed_, {});
  }

  void stream_file() {
    const std::size_t begin = std::min<std::size_t>(input_->byte(), file_.size());
    czip_in_buffer in{file_.data(), file_.size(), begin};
    Bytes room(input_->byte());
    czip_out_buffer out{room.data(), room.size(), 0};
    int done = 0;
    known(czip_dctx_stream(decompressor_, &out, &in, static_cast<int>(input_->below(3)), &done));
    insist(in.pos >= begin && in.pos <= in.size && out.pos <= out.size,
           "a call stays within its buffers");
  }

  void reset() {
    const int what = static_cast<int>(input_->below(3));
    known(czip_cctx_reset(compressor_, what));
    known(czip_dctx_reset(decompressor_, what));
    if (what == CZIP_RESET_ALL) use_model();
  }

  void range() {
    Bytes part(input_->byte());
    std::size_t written = 0;
    known(czip_dctx_range_memory(decompressor_, file_.data(), file_.size(), input_->byte(),
                                 input_->byte(), part.data(), part.size(), &written));
    insist(written <= part.size(), "a call stays within its buffer");
  }

  void inspect() {
    czip_info info{};
    info.struct_size = sizeof(info);
    known(czip_inspect_memory(file_.data(), file_.size(), &info));
    std::uint64_t text_bytes = 0;
    known(czip_text_size(file_.data(), file_.size(), &text_bytes));
    insist(text_bytes == info.text_bytes, "both say the same");
  }

  void change_file() {
    if (file_.empty()) return;
    file_[input_->word() % file_.size()] ^= input_->byte();
  }

  void follow() {
    static const std::array<czip_progress, 3> followers{
        nullptr, [](void*, std::uint64_t) { return 1; },
        [](void*, std::uint64_t text_bytes) { return text_bytes < 100 ? 1 : 0; }};
    known(czip_cctx_set_progress(compressor_, followers[input_->below(3)], nullptr));
    known(czip_dctx_set_progress(decompressor_, followers[input_->below(3)], nullptr));
  }

  FuzzInput* input_;
  czip_cctx* compressor_ = nullptr;
  czip_dctx* decompressor_ = nullptr;
  Bytes file_;
  Bytes streamed_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 2048) return 0;
  FuzzInput input(data, size);
  Caller caller(input);
  for (int calls = 0; calls < 30 && !input.empty(); ++calls) caller.call();
  return 0;
}
