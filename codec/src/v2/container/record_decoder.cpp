#include "v2/container/record_decoder.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "czip/base/in_quotes.hpp"
#include "v2/container/hashing.hpp"
#include "v2/container/repeats.hpp"

namespace czip::v2 {
namespace {

tl::unexpected<Error> located(const Record& record, const Error& error) {
  return fail(error.code,
              "the block at byte " + std::to_string(record.offset) + ": " + error.message);
}

// Decodes the text that is coded, or its pattern.
Status decode_payload(BlockCoder& coder, DecodingTask& task, std::uint32_t final_range,
                      const PassReport& report) {
  const Record& record = task.record;
  std::span<const std::uint8_t> payload = record.payload;
  if (record.repeats()) {
    const std::size_t pattern = record.coded_bytes();
    if (pattern >= record.text_bytes() || payload.size() >= pattern)
      return fail(ErrorCode::corrupt, "the length of its pattern contradicts its header");
    payload = payload.subspan(kPatternLengthBytes);
  }
  if (record.settings().network && !task.model->has_network())
    return fail(ErrorCode::corrupt, "it asks for a network that its model does not have");
  if (record.settings().language_model && !task.model->has_language_model())
    return fail(ErrorCode::corrupt, "it asks for a language model that its model does not have");
  task.text.resize(record.coded_bytes());
  task.tokens.clear();
  return coder.decode(*task.model, record.settings(), payload, final_range, task.text, report,
                      task.keep_tokens ? &task.tokens : nullptr);
}

Status decode_full_block(BlockCoder& coder, DecodingTask& task, const PassReport& report) {
  Record& record = task.record;
  const BlockHeader& block = record.block;
  if (hash64(record.payload) != block.payload_hash)
    return fail(ErrorCode::corrupt, "the payload is damaged: its hash does not match");
  if (record.stored()) {
    task.text = std::move(record.payload);
    return {};
  }
  if (record.coded()) {
    CZIP_TRY(decode_payload(coder, task, block.final_range, report));
  } else {
    task.text = std::move(record.payload);
  }
  if (record.repeats()) task.text = repeat_pattern(task.text, block.text_bytes);
  if (hash64(task.text) != block.text_hash)
    return fail(ErrorCode::corrupt, "the text does not have the hash that it had");
  return {};
}

Status decode_compact(BlockCoder& coder, DecodingTask& task, const PassReport& report) {
  Record& record = task.record;
  if (record.stored())
    task.text = std::move(record.payload);
  else
    CZIP_TRY(decode_payload(coder, task, kUnknownRange, report));
  if (compact_check(record.compact, record.compact_bytes, record.payload, task.text) !=
      record.compact_check)
    return fail(ErrorCode::corrupt, "it is damaged: the check does not match");
  return {};
}

}  // namespace

bool ModelReference::matches(const Hash128& model) const {
  const auto bytes = hash_bytes(model);
  return std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(known),
                    hash.begin());
}

std::string ModelReference::hex() const {
  return to_hex(hash_from_bytes(hash)).substr(0, 2 * known);
}

Result<Model> matching_model(const Model& model, const ModelReference& wanted) {
  if (wanted.matches(model.hash())) return model;
  const std::string& name = model.description().name;
  const bool partial = wanted.known < kHashBytes;
  return fail(ErrorCode::model_mismatch, std::string("was made with the model of hash ") +
                                             wanted.hex() + (partial ? "..." : "") + ", not with " +
                                             (name.empty() ? "that" : in_quotes(name) + ",") +
                                             " of " + to_hex(model.hash()));
}

Result<std::optional<Model>> ModelCache::model_for(const Record& record,
                                                   const ModelReference& reference) {
  if (!record.coded()) return std::optional<Model>();
  if (!model_ || reference.known != reference_.known || reference.hash != reference_.hash) {
    CZIP_TRY_ASSIGN(auto found, (*finder_)(reference));
    model_ = std::move(found);
    reference_ = reference;
  }
  return model_;
}

bool is_damage(const Error& error) {
  return error.code == ErrorCode::corrupt || error.code == ErrorCode::truncated ||
         error.code == ErrorCode::unsupported;
}

Status decode_record(BlockCoder& coder, DecodingTask& task, const PassReport& report) {
  if (task.record.kind == RecordKind::frame_end) return {};
  const bool compact = task.record.kind == RecordKind::compact;
  Status status =
      compact ? decode_compact(coder, task, report) : decode_full_block(coder, task, report);
  std::vector<std::uint8_t>().swap(task.record.payload);
  if (!status) return located(task.record, status.error());
  return {};
}

}  // namespace czip::v2
