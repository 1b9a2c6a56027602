// A context that decodes, set to what Python asks for.
#pragma once

#include <czip.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>

#include "long_call.hpp"
#include "released_gil.hpp"

namespace czip_python {

struct DecompressOptions {
  py::object models;  // of czip.Model
  std::int64_t threads, memory_limit, max_output;
  py::object progress;
};

class DecompressContext {
 public:
  explicit DecompressContext(const DecompressOptions& options);

  [[nodiscard]] czip_dctx* get() const { return context_.get(); }
  void run(const std::function<czip_status()>& work) { calls_.run(work); }

 private:
  struct ContextFree {
    void operator()(czip_dctx* context) const {
      const ReleasedGil released;  // threads of a stream are waited for
      czip_dctx_free(context);
    }
  };
  LongCalls calls_;
  std::unique_ptr<czip_dctx, ContextFree> context_;  // reports to calls_
};

}  // namespace czip_python
