#include "support/v2_example.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <vector>

#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "support/results.hpp"
#include "support/v2_files.hpp"
#include "support/v2_frames.hpp"
#include "support/v2_stages.hpp"

namespace czip::test {
namespace {

constexpr std::string_view kText = "for (std::size_t i = 0; i < size; ++i) sum += values[i];\n";
constexpr v2::BlockSettings kSettings{.profile = 2};
constexpr std::size_t kCodedDecisions = 16;

std::string hex_of(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    std::array<char, 4> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x ", byte);
    text += digits.data();
  }
  if (!text.empty()) text.pop_back();
  return text;
}

// Sixteen bytes to a line, behind their offset.
std::string dump(const Bytes& bytes) {
  std::string text = "```text\n";
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    std::array<char, 20> offset{};
    std::snprintf(offset.data(), offset.size(), "%04zx  ", at);
    const auto line = std::span(bytes).subspan(at, std::min<std::size_t>(16, bytes.size() - at));
    text += offset.data() + hex_of(line) + "\n";
  }
  return text + "```\n";
}

// Text as Markdown's code.
std::string code(const std::string& text) { return std::string("`").append(text).append("`"); }

using Row = std::vector<std::string>;

std::string table(const Row& heading, const std::vector<Row>& rows) {
  const auto line = [](const Row& cells) {
    std::string text;
    for (const std::string& cell : cells) text += "| " + cell + " ";
    return text + "|\n";
  };
  std::string text = line(heading);
  for (std::size_t i = 0; i < heading.size(); ++i) text += "|---";
  text += "|\n";
  for (const Row& row : rows) text += line(row);
  return text;
}

// The bytes of a file, field by field.
class Fields {
 public:
  explicit Fields(const Bytes& file) : file_(&file) {}

  void add(std::size_t size, const std::string& meaning) {
    const auto bytes = std::span(*file_).subspan(at_, size);
    const bool long_one = size > 16;
    rows_.push_back({std::to_string(at_), std::to_string(size),
                     long_one ? code(hex_of(bytes.first(8))) + " …" : code(hex_of(bytes)),
                     meaning});
    at_ += size;
  }
  // All bytes must have been told.
  [[nodiscard]] std::string text() const {
    if (at_ != file_->size()) throw std::runtime_error("the example has bytes without a field");
    return table({"offset", "size", "bytes", "field"}, rows_);
  }

 private:
  const Bytes* file_;
  std::size_t at_ = 0;
  std::vector<Row> rows_;
};

struct Example {
  Bytes text = to_bytes(kText);
  Bytes compact = compact_frame(tiny_model_v2(), text, {.settings = kSettings});
  Bytes full = full_frame(tiny_model_v2(), text,
                          {.level = v2::kDefaultLevel,
                           .blocks = {{.text_bytes = kText.size(), .settings = kSettings}}});
  v2::CodedBlock block =
      value_of(v2::encode_block(tiny_model_v2(), kSettings, SimdLevel::scalar, text));
  Json tokens = stages_v2(tiny_model_v2(), compact, 1000, SimdLevel::scalar);
};

std::string number(std::size_t value) { return std::to_string(value); }

std::string compact_fields(const Example& example) {
  Fields fields(example.compact);
  fields.add(1, "magic");
  fields.add(1, "kind: coded, settings 2: profile 2, no network, one stream");
  fields.add(1, "length of the text: " + number(example.text.size()));
  fields.add(1, "length of the payload: " + number(example.block.payload.size()));
  fields.add(3, "the first three bytes of the model's hash");
  fields.add(3, "check: of the fields before it, the payload and the text");
  fields.add(example.block.payload.size(), "payload");
  return fields.text();
}

std::string full_fields(const Example& example) {
  Fields fields(example.full);
  fields.add(3, "magic");
  fields.add(1, "version 6: 1.0-rc2");
  fields.add(1, "flags: the text's length is known");
  fields.add(1, "effort level");
  fields.add(16, "hash of the model");
  fields.add(4, "B, the largest text of a block");
  fields.add(8, "length of the frame's text");
  fields.add(4, "check of bytes 0 to 33: it names the frame");
  fields.add(1, "type: coded");
  fields.add(1, "settings: profile 2, no network, one stream");
  fields.add(4, "bytes of text");
  fields.add(4, "bytes of payload");
  fields.add(4, "the range after the last decision");
  fields.add(8, "XXH3-64 of the text");
  fields.add(8, "XXH3-64 of the payload");
  fields.add(4, "the frame header's check");
  fields.add(8, "text of the frame before this block");
  fields.add(4, "check of the block header's bytes before it");
  fields.add(example.block.payload.size(), "payload, as above");
  fields.add(1, "no further block");
  fields.add(4, "seek table: bytes of text of block 0");
  fields.add(4, "seek table: its bytes in the file, 46 + the payload");
  fields.add(8, "footer: length of the frame's text");
  fields.add(16, "XXH3-128 of the frame's text");
  fields.add(4, "the frame header's check");
  fields.add(1, "the frame header's flags");
  fields.add(4, "the first four bytes of the model's hash");
  fields.add(4, "number of blocks");
  fields.add(4, "check from the byte 0 before the table to here");
  return fields.text();
}

std::string shown(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += c == '\n' ? "\\n" : c == ' ' ? "␣" : std::string(1, c);
  return code(text);
}

std::string token_rows(const Example& example) {
  std::vector<Row> rows;
  for (const Json& token : example.tokens) {
    const auto id = token["token"].get<TokenId>();
    rows.push_back({token["position"].dump(), shown(tiny_model_v2().parts().tokenizer.token(id)),
                    token["token"].dump(), token["rank"].dump(), token["candidate"].dump(),
                    number(token["decisions"].size())});
  }
  return table({"position", "bytes", "token", "rank", "candidate", "decisions"}, rows);
}

std::string decision_rows(const Example& example) {
  std::vector<Row> rows;
  for (const Json& token : example.tokens) {
    for (const Json& decision : token["decisions"]) {
      if (rows.size() == kCodedDecisions) break;
      const Json& node = decision["node"];
      const std::string what =
          node.is_null()
              ? std::string("is it ").append(token["candidate"].dump()).append("?")
              : node[0].dump() + " ≤ r < " + node[2].dump() + ": r ≥ " + node[1].dump() + "?";
      const auto hex = [&](const char* key) { return code(decision[key].get<std::string>()); };
      rows.push_back({token["position"].dump(), what, decision["output"].dump(),
                      decision["p"].dump(), hex("range"), hex("code"), decision["bit"].dump()});
    }
  }
  return table({"token", "decision", "output", "p", "range", "code", "bit"}, rows);
}

// The stages of one decision, in lines.
std::string stages_of(const Json& token, std::size_t number) {
  const Json& decision = token["decisions"][number];
  std::string inputs;
  for (std::size_t i = 0; i < decision["inputs"].size(); ++i) {
    if (decision["inputs"][i] == 0) continue;
    inputs +=
        (inputs.empty() ? "" : ", ") + std::to_string(i) + ": " + decision["inputs"][i].dump();
  }
  const auto row = [](const Json& numbers) {
    std::string text;
    for (const Json& x : numbers) text += (text.empty() ? "" : ", ") + x.dump();
    return text;
  };
  return table({"stage", "value"}, {{"inputs that are not 0", inputs},
                                    {"sets that the selectors choose", row(decision["sets"])},
                                    {"outputs of these sets", row(decision["outputs"])},
                                    {"set of the second layer", decision["second_set"].dump()},
                                    {"its output, clamped", decision["output"].dump()},
                                    {"p = squash(output)", decision["p"].dump()}});
}

std::string context_rows(const Json& token) {
  std::vector<Row> rows;
  for (std::size_t k = 0; k < token["order"].size(); ++k)
    rows.push_back({std::string("order[").append(number(k + 1)).append("]"),
                    code(token["order"][k].get<std::string>())});
  rows.push_back({"word_context", code(token["word"].get<std::string>())});
  for (std::size_t i = 0; i < token["lists"].size(); ++i)
    rows.push_back({std::string("list context ").append(number(i)),
                    code(token["lists"][i].get<std::string>())});
  return table({"context", "hash"}, rows);
}

std::map<std::string, std::string> parts() {
  const Example example;
  const std::size_t last = example.tokens.size() - 1;
  std::map<std::string, std::string> parts;
  parts["text"] = dump(example.text);
  parts["tokens"] = token_rows(example);
  parts["compact"] = dump(example.compact) + "\n" + compact_fields(example);
  parts["full"] = dump(example.full) + "\n" + full_fields(example);
  parts["contexts"] = context_rows(example.tokens[1]);
  parts["first decision"] = stages_of(example.tokens[0], 0);
  parts["second token"] = stages_of(example.tokens[1], 0);
  parts["last token"] = stages_of(example.tokens[last], 0);
  parts["coder"] = decision_rows(example);
  std::array<char, 12> range{};
  std::snprintf(range.data(), range.size(), "%08x", example.block.final_range);
  parts["end"] = std::string("The range after the last decision is `") + range.data() +
                 "`, and the payload ends with the byte `" +
                 hex_of(std::span(example.block.payload).last(1)) + "`.\n";
  return parts;
}

}  // namespace

std::string with_example_v2(const std::string& page) {
  const std::string begin = "<!-- made: ";
  const std::string end = "<!-- end -->";
  std::map<std::string, std::string> missing = parts();
  std::string made;
  std::size_t at = 0;
  for (;;) {
    const std::size_t marker = page.find(begin, at);
    if (marker == std::string::npos) break;
    const std::size_t name_at = marker + begin.size();
    const std::size_t name_end = page.find(" -->", name_at);
    const std::size_t part_end = page.find(end, name_at);
    if (name_end == std::string::npos || part_end == std::string::npos)
      throw std::runtime_error("a part of the example has no end");
    const std::string name = page.substr(name_at, name_end - name_at);
    const auto part = missing.find(name);
    if (part == missing.end()) throw std::runtime_error("the example has no part " + name);
    made += page.substr(at, name_end + 4 - at) + "\n\n" + part->second + "\n";
    missing.erase(part);
    at = part_end;
  }
  if (!missing.empty()) throw std::runtime_error("the page lacks " + missing.begin()->first);
  return made + page.substr(at);
}

}  // namespace czip::test
