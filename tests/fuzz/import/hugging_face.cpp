// The small files of Hugging Face and llama2.c models. The first byte says which: config.json,
// tokenizer.json, an index of weights, weights, tokenizer.bin, or model.bin, which is imported.
#include <algorithm>
#include <array>
#include <string>
#include <variant>
#include <vector>

#include "czip/engine/safetensors/reader.hpp"
#include "czip/import/dequantize.hpp"
#include "czip/import/hugging_face/json_fields.hpp"
#include "czip/import/hugging_face/weights.hpp"
#include "czip/import/network/llama2c.hpp"
#include "czip/import/network/model_writer.hpp"
#include "czip/import/tokenizer/json.hpp"
#include "czip/import/tokenizer/llama2c.hpp"
#include "czip/tokenizer/llm/tokenizer.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/import/small_models.hpp"
#include "import/imported_model.hpp"

namespace {

using namespace czip;
using namespace czip::test;
using namespace czip::importer;

constexpr std::string_view kText =
    "It's  12345 \xc3\xa9 \xe2\x96\x81 ab aab\r\n\n\xff\xc0 \xf0\x9f\x98\x80";

// Whether there is a value; insists on an error of a kind that a file may have.
template <class T>
bool checked(const Result<T>& result) {
  if (!result)
    insist_error(result.error(),
                 {ErrorCode::corrupt, ErrorCode::truncated, ErrorCode::unsupported});
  return result.has_value();
}

void read_fields(std::string_view json) {
  const auto fields = JsonFields::parse(json, "config.json");
  if (!checked(fields)) return;
  for (const auto& [name, value] : fields->all()) {
    const bool counted = checked(fields->count(name, UINT64_MAX));
    const bool real = checked(fields->real(name));
    insist(!counted || std::holds_alternative<std::uint64_t>(value), "a count is an integer");
    const int kinds = (counted || real ? 1 : 0) +
                      (checked(fields->boolean_or(name, false)) ? 1 : 0) +
                      (checked(fields->string(name)) ? 1 : 0);
    insist(kinds <= 1, "a value is of one kind");
  }
}

void use(const Result<llm::Description>& description) {
  if (!checked(description)) return;
  const auto tokenizer = llm::Tokenizer::create(*description);
  if (!checked(tokenizer)) return;
  std::vector<TokenId> tokens;
  insist(
      tokenizer->encode({reinterpret_cast<const std::uint8_t*>(kText.data()), kText.size()}, tokens)
          .has_value(),
      "every text has tokens");
  std::string back;
  for (const TokenId token : tokens) back += tokenizer->token(token);
  insist(back == kText, "tokens give the text back");
}

void read_index(std::string_view json) {
  const auto index = parse_weight_index(json);
  if (!checked(index)) return;
  for (const std::string& file : index->files)
    insist(!file.empty() && file.find('/') == std::string::npos && file[0] != '.',
           "files are in the index's folder");
  checked(check_complete(*index, {}));
}

void read_weights(std::span<const std::uint8_t> bytes) {
  auto file = safetensors::File::parse(bytes);
  if (!checked(file)) return;
  const std::array files{*std::move(file)};
  const auto tensors = weights_of(files);
  if (!checked(tensors)) return;
  DyadicRow row;
  for (const auto& [name, tensor] : tensors->all())
    checked(read_row(tensor, tensor.rows() - 1, row));
}

void import_llama2c(std::span<const std::uint8_t> file) {
  const auto model = read_llama2c(file);
  if (!checked(model) || model->architecture.config.context > kMostPositions) return;
  MemorySink sink;
  if (checked(write_model(model->architecture, model->tensors, {}, {}, sink)))
    check_imported(sink.bytes);
}

// What a model may have: a little more than the file's tokens, or any number, which takes memory.
std::uint32_t vocabulary_size(FuzzInput& input) {
  return input.byte() == 0 ? input.word() : 256U + input.byte();
}
constexpr std::size_t kBytesPerId = 160;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 32768) return 0;
  FuzzInput input(data, size);
  const std::uint32_t kind = input.below(6);
  const std::uint32_t ids = kind == 1 || kind == 4 ? vocabulary_size(input) : 0;
  const auto rest = input.rest();
  const std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
  const std::size_t possible = std::min<std::size_t>(ids, llm::Tokenizer::kMaxTokens);
  const MemoryBound bound((std::size_t{48} << 20) + 400 * rest.size() + kBytesPerId * possible);
  switch (kind) {
    case 0:
      read_fields(text);
      break;
    case 1:
      use(parse_tokenizer_json(text, {.vocabulary_size = ids, .first_token = {}}));
      break;
    case 2:
      read_index(text);
      break;
    case 3:
      read_weights(rest);
      break;
    case 4:
      use(parse_llama2c_tokenizer(rest, ids));
      break;
    default:
      import_llama2c(rest);
  }
  return 0;
}
