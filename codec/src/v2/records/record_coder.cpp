#include <algorithm>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/coding/predictor.hpp"
#include "czip/codec/v2/coding/undo_log.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/codec/v2/record.hpp"
#include "czip/tokenizer/token_id.hpp"
#include "v2/block/payload.hpp"
#include "v2/coding/range_coder.hpp"
#include "v2/container/block_plan.hpp"
#include "v2/records/record_header.hpp"

namespace czip::v2 {
namespace {

tl::unexpected<Error> out_of_memory() {
  return fail(ErrorCode::out_of_memory, "not enough memory for a record");
}

}  // namespace

struct RecordCoder::State {
  State(const Model& of, const RecordOptions& options)
      : model(of), max_text(options.max_text), predictor(options.simd) {}

  Model model;
  std::size_t max_text;
  Predictor predictor;
  Stream primed{.number = 0, .history = History(0), .matches = {}, .recurrent = {}};
  // Of one record, kept for their memory.
  Stream stream{.number = 0, .history = History(0), .matches = {}, .recurrent = {}};
  UndoLog log;
  std::vector<TokenId> tokens;

  Status prime(std::span<const std::uint8_t> context);
  void begin_record() { stream = primed; }
  // As if the record had not been.
  void end_record() { log.roll_back(); }

  Status encode(std::span<const std::uint8_t> text, std::vector<std::uint8_t>& record);
  Status decode(std::span<const std::uint8_t> payload, std::size_t text_bytes,
                std::vector<std::uint8_t>& text);
};

Status RecordCoder::State::prime(std::span<const std::uint8_t> context) {
  const ModelParts& parts = model.parts();
  CZIP_TRY(parts.tokenizer.encode(context, tokens));
  for (const TokenId token : tokens) {
    const std::uint32_t rank = parts.tree.rank(token);
    predictor.begin_token(primed);
    while (!predictor.decided()) {
      // To learn a decision, it must have been predicted.
      [[maybe_unused]] const std::uint32_t p = predictor.predict(0);
      predictor.update(predictor.decision().bit(rank));
    }
    predictor.end_token(parts.tokenizer.token(token));
  }
  return {};
}

Status RecordCoder::State::encode(std::span<const std::uint8_t> text,
                                  std::vector<std::uint8_t>& record) {
  const ModelParts& parts = model.parts();
  tokens.clear();
  CZIP_TRY(parts.tokenizer.encode(text, tokens));
  append_record_header(record, text.size());
  RangeEncoder coder(record);
  begin_record();
  for (const TokenId token : tokens) {
    const std::uint32_t rank = parts.tree.rank(token);
    predictor.begin_token(stream, &log);
    while (!predictor.decided()) {
      const std::uint32_t p = predictor.predict(0);
      const bool bit = predictor.decision().bit(rank);
      coder.encode(bit, p);
      predictor.go_on_unlearned(bit);
    }
    predictor.end_token(parts.tokenizer.token(token));
  }
  end_record();
  coder.finish();
  return {};
}

Status RecordCoder::State::decode(std::span<const std::uint8_t> payload, std::size_t text_bytes,
                                  std::vector<std::uint8_t>& text) {
  const ModelParts& parts = model.parts();
  RangeDecoder coder(payload);
  begin_record();
  while (text.size() < text_bytes) {
    predictor.begin_token(stream, &log);
    while (!predictor.decided()) predictor.go_on_unlearned(coder.decode(predictor.predict(0)));
    if (coder.ran_out()) return payload_ran_out();
    const std::string_view bytes = parts.tokenizer.token(parts.tree.token(predictor.rank()));
    predictor.end_token(bytes);
    if (bytes.size() > text_bytes - text.size()) return text_does_not_fit();
    text.insert(text.end(), bytes.begin(), bytes.end());
  }
  return check_end(coder, kUnknownRange);
}

RecordCoder::RecordCoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
RecordCoder::RecordCoder(RecordCoder&&) noexcept = default;
RecordCoder& RecordCoder::operator=(RecordCoder&&) noexcept = default;
RecordCoder::~RecordCoder() = default;

Result<RecordCoder> RecordCoder::create(const Model& model, const RecordOptions& options,
                                        std::span<const std::uint8_t> context) {
  CZIP_TRY_ASSIGN(const LevelSettings level, choose_settings(model, options.level, 0));
  if (context.size() > kMaxRecordContext)
    return fail(ErrorCode::invalid_argument, "a context of " + std::to_string(context.size()) +
                                                 " bytes is too long for records; the most is " +
                                                 std::to_string(kMaxRecordContext));
  const Profile& profile = kProfiles[level.profile];
  try {
    auto state = std::make_unique<State>(model, options);
    const ModelParts& parts = state->model.parts();
    const RecurrentNetwork* recurrent = nullptr;
    if (profile.recurrent) {
      CZIP_TRY_ASSIGN(recurrent, recurrent_network_of(parts, options.simd));
    }
    state->predictor.reset({&parts.logistic, &parts.tree, &parts.prior, recurrent}, profile,
                           state_of(parts, level.profile, false),
                           TableSizes::for_text(context.size() + kRecordTableText, profile));
    CZIP_TRY(state->prime(context));
    return RecordCoder(std::move(state));
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

Status RecordCoder::encode(std::span<const std::uint8_t> text, std::vector<std::uint8_t>& record) {
  record.clear();
  if (text.empty()) return {};
  if (text.size() > kMaxRecordText)
    return fail(ErrorCode::invalid_argument, "a text of " + std::to_string(text.size()) +
                                                 " bytes is too long for a record; the most is " +
                                                 std::to_string(kMaxRecordText));
  try {
    CZIP_TRY(state_->encode(text, record));
    if (record.size() <= text.size()) return {};
    record.assign(1, kStoredRecord);
    record.insert(record.end(), text.begin(), text.end());
    return {};
  } catch (const std::bad_alloc&) {
    state_->end_record();
    record.clear();
    return out_of_memory();
  }
}

Status RecordCoder::decode(std::span<const std::uint8_t> record, std::vector<std::uint8_t>& text) {
  text.clear();
  if (record.empty()) return {};
  CZIP_TRY_ASSIGN(const RecordHeader header, parse_record_header(record));
  if (header.text_bytes > state_->max_text)
    return fail(ErrorCode::over_limit, "the record's text of " + std::to_string(header.text_bytes) +
                                           " bytes is longer than the limit of " +
                                           std::to_string(state_->max_text));
  const auto payload = record.subspan(header.header_bytes);
  Status status;
  try {
    if (header.stored) {
      text.assign(payload.begin(), payload.end());
    } else {
      status = state_->decode(payload, header.text_bytes, text);
    }
  } catch (const std::bad_alloc&) {
    status = out_of_memory();
  }
  state_->end_record();
  if (!status) text.clear();
  return status;
}

}  // namespace czip::v2
