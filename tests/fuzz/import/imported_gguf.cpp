// GGUF files on their way to a model of czip: small ones with changes (small_models.hpp), or, after
// a first byte of 0, any bytes. What is imported the engine accepts, and computes with.
#include <array>
#include <vector>

#include "czip/import/gguf/model.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/network/model_writer.hpp"
#include "czip/import/tokenizer/gguf.hpp"
#include "czip/import/tokenizer/tensors.hpp"
#include "czip/tokenizer/llm/tokenizer.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/import/parsed_gguf.hpp"
#include "fuzz/import/small_models.hpp"
#include "import/imported_model.hpp"

namespace {

using namespace czip;
using namespace czip::test;
using namespace czip::importer;

void insist_refusal(const Error& error) {
  insist_error(error, {ErrorCode::corrupt, ErrorCode::unsupported});
}

void import(const gguf::Model& model) {
  const auto architecture = read_architecture(model.metadata(), model.tensors());
  if (!architecture) insist_refusal(architecture.error());
  const auto description = gguf::read_tokenizer(model.metadata());
  if (!description) insist_refusal(description.error());
  if (!architecture || !description) return;
  const auto tokenizer = llm::Tokenizer::create(*description);
  if (!tokenizer) insist_refusal(tokenizer.error());
  if (architecture->config.context > kMostPositions) return;
  MemorySink sink;
  const auto hash =
      write_model(*architecture, model.tensors(), {}, tokenizer_tensors(*description), sink);
  if (!hash) return insist_refusal(hash.error());
  check_imported(sink.bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 32768) return 0;
  FuzzInput input(data, size);
  const Bytes file =
      input.byte() == 0 ? Bytes(input.rest().begin(), input.rest().end()) : edited_gguf(input);
  const MemoryBound bound((std::size_t{48} << 20) + 64 * file.size());
  const std::vector<gguf::File> parts = parsed_gguf(file);
  if (parts.empty()) return 0;
  const auto model = gguf::Model::join(parts);
  if (!model) {
    insist_error(model.error(), {ErrorCode::corrupt, ErrorCode::invalid_argument});
    return 0;
  }
  import(*model);
  return 0;
}
