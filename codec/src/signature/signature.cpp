#include "czip/codec/signature.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <new>

#include "signature/hasher.hpp"
#include "signature/parts.hpp"

namespace czip {
namespace signature {

struct Hasher::State {
  XXH3_state_t xxh3;
};

Hasher::Hasher() : state_(std::make_unique<State>()) { XXH3_64bits_reset(&state_->xxh3); }
Hasher::~Hasher() = default;

void Hasher::add_bytes(std::span<const std::uint8_t> bytes) {
  XXH3_64bits_update(&state_->xxh3, bytes.data(), bytes.size());
}

std::uint64_t Hasher::value() const { return XXH3_64bits_digest(&state_->xxh3); }

namespace {

struct PartMaker {
  std::string_view name;
  Status (*add)(SimdLevel level, Hasher& hasher);
};

constexpr std::array kParts{
    PartMaker{"v1 functions", add_functions_v1},
    PartMaker{"v2 functions", add_functions_v2},
    PartMaker{"llm functions", add_functions_llm},
    PartMaker{"v1 network", add_network_v1},
    PartMaker{"v2 network", add_network_v2},
    PartMaker{"v2 recurrent network", add_recurrent_network},
    PartMaker{"llm network", add_network_llm},
    PartMaker{"llm tokenizer", add_tokenizer_llm},
    PartMaker{"v2 mixer", add_mixer},
    PartMaker{"v2 successor kernels", add_successors},
    PartMaker{"v2 prior kernels", add_prior},
    PartMaker{"v2 range coder", add_range_coder},
    PartMaker{"v1 files", add_files_v1},
    PartMaker{"v2 blocks", add_blocks_v2},
    PartMaker{"llm blocks", add_blocks_llm},
    PartMaker{"v2 files", add_files_v2},
};

}  // namespace
}  // namespace signature

Result<EngineSignature> engine_signature(SimdLevel level) {
  try {
    EngineSignature result;
    signature::Hasher whole;
    for (const auto& part : signature::kParts) {
      signature::Hasher hasher;
      CZIP_TRY(part.add(level, hasher));
      result.parts.push_back({part.name, hasher.value()});
      whole.add(hasher.value());
    }
    result.value = whole.value();
    return result;
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory for the signature");
  }
}

}  // namespace czip
