// Codes many texts with one model and keeps what `encode` and `decode` make anew for every call.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "czip/codec/v1/codec.hpp"

namespace czip::v1 {

class ContextState;

// Keeps the network, packed once for each SIMD level and dialect asked for, and the memory of the
// last call's threads: a few MB each. The results are those of the functions in codec.hpp that have
// the same names. One call at a time; several contexts may share a model.
class Context {
 public:
  // `model` must outlive the context.
  explicit Context(const Model& model);
  Context(Context&&) noexcept;
  Context& operator=(Context&&) noexcept;
  ~Context();

  Result<CodingReport> encode(std::span<const std::uint8_t> text, ByteSink& out,
                              const EncodeOptions& options);
  Result<std::vector<std::uint8_t>> encode_payload(std::span<const std::uint8_t> text,
                                                   const EncodeOptions& options,
                                                   CodingReport* report = nullptr);
  Result<CodingReport> decode(RewindableSource& in, RewindableSink& out,
                              const DecodeOptions& options);

 private:
  std::unique_ptr<ContextState> state_;
};

}  // namespace czip::v1
