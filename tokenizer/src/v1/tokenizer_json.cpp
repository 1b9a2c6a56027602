#include "v1/tokenizer_json.hpp"

#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "bpe/limits.hpp"
#include "czip/base/utf8.hpp"
#include "czip/tokenizer/v1/tokenizer.hpp"

namespace czip::v1 {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxSpecialTokens = std::size_t{1} << 16;

enum class Field { pattern, mergeable, special, id_count, other };
constexpr const char* kFieldNames[] = {"pat_str", "mergeable_ranks", "special_tokens",
                                       "explicit_n_vocab"};
constexpr std::size_t kFieldCount = std::size(kFieldNames);

// Takes the JSON as a stream of events and stores only what is wanted: no tree is built, so neither
// deep nesting nor large values of other fields cost memory, and names given twice are seen. Each
// handler returns whether to go on; nlohmann::json prescribes their names and parameters.
class Reader {
 public:
  Result<TokenizerDescription> finish() && {
    if (error_) return tl::unexpected(std::move(*error_));
    for (const Field needed : {Field::pattern, Field::mergeable}) {
      if (!seen_[index_of(needed)]) {
        return fail(ErrorCode::corrupt,
                    std::string("tokenizer JSON: ") + name_of(needed) + " is missing");
      }
    }
    return std::move(description_);
  }

  bool null() { return ignored() || (in_field(Field::id_count) || refuse_type()); }
  bool boolean(bool) { return ignored() || refuse_type(); }
  bool number_float(Json::number_float_t, const Json::string_t&) {
    return ignored() || refuse_type();
  }
  bool binary(Json::binary_t&) { return ignored() || refuse_type(); }

  bool number_integer(Json::number_integer_t value) {
    if (ignored()) return true;
    return value < 0 ? refuse_type() : number_unsigned(static_cast<std::uint64_t>(value));
  }

  bool number_unsigned(Json::number_unsigned_t value) {
    if (ignored()) return true;
    if (depth_ == 2) return add_token(value);
    if (!in_field(Field::id_count)) return refuse_type();
    if (value == 0 || value > bpe::kMaxTokenIds) return refuse("is not in 1 .. 2^20");
    description_.id_count = static_cast<std::size_t>(value);
    return true;
  }

  bool string(Json::string_t& value) {
    if (ignored()) return true;
    if (!in_field(Field::pattern)) return refuse_type();
    description_.pattern = std::move(value);
    return true;
  }

  bool start_object(std::size_t) {
    ++depth_;
    if (depth_ == 1 || field_ == Field::other) return true;
    const bool is_map = field_ == Field::mergeable || field_ == Field::special;
    return (depth_ == 2 && is_map) || refuse_type();
  }
  bool start_array(std::size_t) {
    ++depth_;
    return (depth_ > 1 && field_ == Field::other) || refuse_type();
  }
  bool end_object() { return end_nested(); }
  bool end_array() { return end_nested(); }

  bool key(Json::string_t& name) {
    if (depth_ == 1) return select_field(name);
    if (depth_ == 2 && field_ != Field::other) token_name_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const Json::exception&) {
    return stop(ErrorCode::corrupt,
                "tokenizer JSON is not valid JSON near byte " + std::to_string(position));
  }

 private:
  static std::size_t index_of(Field field) { return static_cast<std::size_t>(field); }
  static std::string name_of(Field field) {
    return field == Field::other ? "the whole" : kFieldNames[index_of(field)];
  }

  [[nodiscard]] bool ignored() const { return depth_ > 0 && field_ == Field::other; }
  [[nodiscard]] bool in_field(Field field) const { return depth_ == 1 && field_ == field; }

  bool end_nested() {
    --depth_;
    return true;
  }

  bool select_field(const std::string& name) {
    field_ = Field::other;
    for (std::size_t i = 0; i < kFieldCount; ++i) {
      if (name == kFieldNames[i]) field_ = static_cast<Field>(i);
    }
    if (field_ == Field::other) return true;
    if (seen_[index_of(field_)]) return refuse("is given twice");
    seen_[index_of(field_)] = true;
    return true;
  }

  bool add_token(std::uint64_t id) {
    if (id >= bpe::kMaxTokenIds) return refuse("has an id above 2^20 - 1");
    const bool special = field_ == Field::special;
    auto& tokens = special ? description_.special : description_.mergeable;
    if (tokens.size() == (special ? kMaxSpecialTokens : bpe::kMaxTokenIds)) {
      return refuse("has too many tokens");
    }
    // The JSON spells a byte as the code point of the same number.
    std::optional<std::string> bytes;
    if (special) {
      bytes = std::move(token_name_);
    } else {
      bytes = latin1_from_utf8(token_name_);
    }
    if (!bytes) return refuse("has a token with a code point above 255");
    if (bytes->empty()) return refuse("has an empty token");
    tokens.push_back({std::move(*bytes), static_cast<TokenId>(id)});
    return true;
  }

  bool refuse_type() { return refuse("has a value of the wrong type"); }
  bool refuse(const char* what) {
    return stop(ErrorCode::corrupt, "tokenizer JSON: " + name_of(field_) + " " + what);
  }
  bool stop(ErrorCode code, std::string message) {
    error_ = Error{code, std::move(message)};
    return false;
  }

  TokenizerDescription description_;
  std::optional<Error> error_;
  std::size_t depth_ = 0;
  Field field_ = Field::other;
  bool seen_[kFieldCount] = {};
  std::string token_name_;
};

}  // namespace

Result<TokenizerDescription> parse_tokenizer_json(std::string_view json) {
  if (json.size() > Tokenizer::kMaxJsonBytes) {
    return fail(ErrorCode::unsupported, "tokenizer JSON is larger than 64 MiB");
  }
  Reader reader;
  // Errors arrive as events; only running out of memory is thrown.
  static_cast<void>(Json::sax_parse(json.begin(), json.end(), &reader));
  return std::move(reader).finish();
}

}  // namespace czip::v1
