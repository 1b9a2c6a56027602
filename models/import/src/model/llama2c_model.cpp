#include <cstdint>
#include <span>
#include <utility>

#include "czip/base/error.hpp"
#include "czip/import/model/public_model.hpp"
#include "czip/import/network/llama2c.hpp"
#include "czip/import/tokenizer/llama2c.hpp"
#include "model/checked_model.hpp"

namespace czip::importer {

Result<PublicModel> read_llama2c_model(std::span<const std::uint8_t> model,
                                       std::span<const std::uint8_t> tokenizer) {
  CZIP_TRY_ASSIGN(auto network, read_llama2c(model));
  PublicModel result;
  result.architecture = std::move(network.architecture);
  result.tensors = std::move(network.tensors);
  CZIP_TRY_ASSIGN(result.tokenizer,
                  parse_llama2c_tokenizer(tokenizer, result.architecture.config.vocabulary));
  return checked(std::move(result));
}

}  // namespace czip::importer
