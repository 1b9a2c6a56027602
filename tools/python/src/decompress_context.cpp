#include "decompress_context.hpp"

#include <new>

#include "model.hpp"

namespace czip_python {

DecompressContext::DecompressContext(const DecompressOptions& options)
    : calls_(options.progress), context_(czip_dctx_create()) {
  if (!context_) throw std::bad_alloc();
  check(czip_dctx_set(get(), CZIP_D_THREADS, options.threads));
  check(czip_dctx_set(get(), CZIP_D_MEMORY_LIMIT, options.memory_limit));
  check(czip_dctx_set(get(), CZIP_D_MAX_OUTPUT, options.max_output));
  for (const py::handle& model : options.models) check(czip_dctx_add_model(get(), model_of(model)));
  check(czip_dctx_set_progress(get(), &LongCalls::report_text, &calls_));
}

}  // namespace czip_python
