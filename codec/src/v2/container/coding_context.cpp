#include <vector>

#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/codec.hpp"

namespace czip::v2 {

struct CodingContext::Coders {
  std::vector<BlockCoder> list;
};

CodingContext::CodingContext() : coders_(std::make_unique<Coders>()) {}
CodingContext::CodingContext(CodingContext&&) noexcept = default;
CodingContext& CodingContext::operator=(CodingContext&&) noexcept = default;
CodingContext::~CodingContext() = default;

std::span<BlockCoder> CodingContext::coders(std::size_t threads, SimdLevel simd) {
  std::vector<BlockCoder>& list = coders_->list;
  if (!list.empty() && list.front().simd() != simd) list.clear();
  while (list.size() < threads) list.emplace_back(simd);
  return list;
}

}  // namespace czip::v2
