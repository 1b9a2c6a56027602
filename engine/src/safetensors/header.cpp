#include "safetensors/header.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "czip/base/error.hpp"
#include "czip/base/in_quotes.hpp"

namespace czip::safetensors {
namespace {

constexpr std::string_view kMetadataKey = "__metadata__";

// Receives the header's JSON events. The format has a fixed shape of three levels, so each event is
// either the one that the current place allows or an error: nesting is bounded and duplicate keys,
// which a parsed JSON object would hide, are seen. Members return false to stop the parser.
class HeaderEvents {
 public:
  using Json = nlohmann::json;

  explicit HeaderEvents(Header& header) : header_(header) {}

  bool null() { return unexpected("null"); }
  bool boolean(bool) { return unexpected("a boolean"); }
  bool number_integer(Json::number_integer_t) { return unexpected("a negative number"); }
  bool number_float(Json::number_float_t, const std::string& text) {
    return unexpected("the number " + in_quotes(text) + ", not an integer of 64 bits");
  }
  bool binary(const Json::binary_t&) { return unexpected("binary data"); }

  bool number_unsigned(Json::number_unsigned_t value) {
    if (place_ == Place::shape) {
      if (tensor_->shape.size() == kMaxTensorRank)
        return stop(ErrorCode::unsupported, where() + " has more than 8 dimensions");
      tensor_->shape.push_back(value);
      return true;
    }
    if (place_ == Place::offsets) {
      if (tensor_->offsets.size() == 2) return corrupt(where() + " has more than 2 numbers");
      tensor_->offsets.push_back(value);
      return true;
    }
    return unexpected("a number");
  }

  bool string(std::string& value) {
    if (place_ == Place::metadata) {
      *metadata_value_ = std::move(value);
      return true;
    }
    if (place_ == Place::tensor && field_ == "dtype") {
      tensor_->dtype = std::move(value);
      return true;
    }
    return unexpected("a string");
  }

  bool start_object(std::size_t) {
    if (place_ == Place::outside) {
      place_ = Place::root;
      return true;
    }
    if (place_ != Place::root) return unexpected("an object");
    if (entry_ == kMetadataKey) {
      place_ = Place::metadata;
      return true;
    }
    place_ = Place::tensor;
    seen_ = {};
    tensor_ = &header_.tensors[entry_];
    return true;
  }

  bool end_object() {
    if (place_ == Place::tensor) return end_tensor();
    place_ = place_ == Place::metadata ? Place::root : Place::outside;
    return true;
  }

  bool start_array(std::size_t) {
    if (place_ == Place::tensor && field_ == "shape") {
      place_ = Place::shape;
      return true;
    }
    if (place_ == Place::tensor && field_ == "data_offsets") {
      place_ = Place::offsets;
      return true;
    }
    return unexpected("an array");
  }

  bool end_array() {
    if (place_ == Place::offsets && tensor_->offsets.size() != 2)
      return corrupt(where() + " has fewer than 2 numbers");
    place_ = Place::tensor;
    return true;
  }

  bool key(std::string& name) {
    switch (place_) {
      case Place::root:
        return root_key(name);
      case Place::metadata:
        return metadata_key(name);
      default:
        return tensor_key(name);
    }
  }

  bool parse_error(std::size_t position, const std::string&, const Json::exception&) {
    return corrupt("safetensors header is not valid JSON at its byte " + std::to_string(position));
  }

  // Why the parser was stopped.
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  enum class Place : std::uint8_t { outside, root, tensor, shape, offsets, metadata };

  struct SeenFields {
    bool dtype = false;
    bool shape = false;
    bool offsets = false;
  };

  bool stop(ErrorCode code, std::string message) {
    status_ = fail(code, std::move(message));
    return false;
  }
  bool corrupt(std::string message) { return stop(ErrorCode::corrupt, std::move(message)); }
  bool unexpected(const std::string& what) { return corrupt(where() + " holds " + what); }

  // The place that the parser has reached, to begin an error message with.
  [[nodiscard]] std::string where() const {
    switch (place_) {
      case Place::outside:
        return "safetensors header";
      case Place::root:
        return "safetensors header entry " + in_quotes(entry_);
      case Place::metadata:
        return "metadata field " + in_quotes(field_);
      default:
        return "tensor " + in_quotes(entry_) + ": " + field_;
    }
  }

  bool root_key(std::string& name) {
    const bool is_metadata = name == kMetadataKey;
    if (is_metadata ? metadata_seen_ : header_.tensors.contains(name))
      return corrupt("safetensors header has " + in_quotes(name) + " twice");
    metadata_seen_ = metadata_seen_ || is_metadata;
    entry_ = std::move(name);
    return true;
  }

  bool metadata_key(std::string& name) {
    const auto [position, added] = header_.metadata.try_emplace(name);
    if (!added) return corrupt("metadata has " + in_quotes(name) + " twice");
    metadata_value_ = &position->second;
    field_ = std::move(name);
    return true;
  }

  bool tensor_key(std::string& name) {
    bool* const seen = name == "dtype"          ? &seen_.dtype
                       : name == "shape"        ? &seen_.shape
                       : name == "data_offsets" ? &seen_.offsets
                                                : nullptr;
    if (seen == nullptr)
      return corrupt("tensor " + in_quotes(entry_) + " has the unknown field " + in_quotes(name));
    if (*seen) return corrupt("tensor " + in_quotes(entry_) + " has " + in_quotes(name) + " twice");
    *seen = true;
    field_ = std::move(name);
    return true;
  }

  bool end_tensor() {
    const std::string_view missing = !seen_.dtype     ? "dtype"
                                     : !seen_.shape   ? "shape"
                                     : !seen_.offsets ? "data_offsets"
                                                      : "";
    if (!missing.empty())
      return corrupt("tensor " + in_quotes(entry_) + " has no " + std::string(missing));
    place_ = Place::root;
    return true;
  }

  Header& header_;
  Place place_ = Place::outside;
  std::string entry_;  // last key of the root
  std::string field_;  // last key of a tensor or of the metadata
  SeenFields seen_;
  bool metadata_seen_ = false;
  Header::Tensor* tensor_ = nullptr;
  std::string* metadata_value_ = nullptr;
  Status status_;
};

}  // namespace

Result<Header> parse_header(std::span<const std::uint8_t> header) {
  // The format wants '{' first, where JSON allows white space and the parser a byte order mark. The
  // parser also takes a NUL for the end of the text and would ignore what follows.
  if (header.empty() || header.front() != '{')
    return fail(ErrorCode::corrupt, "safetensors header does not begin with '{'");
  if (const auto nul = std::ranges::find(header, std::uint8_t{0}); nul != header.end())
    return fail(ErrorCode::corrupt,
                "safetensors header has a NUL at its byte " + std::to_string(nul - header.begin()));
  Header result;
  HeaderEvents events(result);
  // As char: not every standard library has the traits of other characters.
  const auto* const text = reinterpret_cast<const char*>(header.data());
  if (nlohmann::json::sax_parse(text, text + header.size(), &events)) return result;
  CZIP_TRY(events.status());
  return fail(ErrorCode::corrupt, "safetensors header is not valid JSON");
}

}  // namespace czip::safetensors
