#include <vector>

#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/codec.hpp"
#include "v2/block/llm_block_coder.hpp"

namespace czip::v2 {

struct CodingContext::Coders {
  std::shared_ptr<LlmBlockCoder> language_model;
  std::vector<BlockCoder> list;
};

CodingContext::CodingContext() : coders_(std::make_unique<Coders>()) {}
CodingContext::CodingContext(CodingContext&&) noexcept = default;
CodingContext& CodingContext::operator=(CodingContext&&) noexcept = default;
CodingContext::~CodingContext() = default;

std::span<BlockCoder> CodingContext::coders(std::size_t threads, unsigned all_threads,
                                            SimdLevel simd) {
  auto& [language_model, list] = *coders_;
  if (!list.empty() && list.front().simd() != simd) {
    list.clear();
    language_model = nullptr;
  }
  if (language_model == nullptr)
    language_model = std::make_shared<LlmBlockCoder>(simd, all_threads);
  language_model->set_threads(all_threads);
  while (list.size() < threads) list.emplace_back(simd, language_model);
  return list;
}

}  // namespace czip::v2
