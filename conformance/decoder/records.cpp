#include "records.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "constants.hpp"
#include "container.hpp"
#include "predictor.hpp"
#include "range_decoder.hpp"
#include "xxh3.hpp"

namespace reference {
namespace {

constexpr std::uint64_t kTableText = 1024;
constexpr std::size_t kAttachmentHeaderBytes = 36;

struct Header {
  std::size_t bytes;
  std::size_t text_bytes;
};

// Of a coded record.
Header parse_header(const Bytes& record) {
  const std::size_t b = record[0];
  if (b < 224) return {1, b + 1};
  const std::size_t size = b < 240 ? 2 : 3;
  require(record.size() >= size, "a record ends within its header");
  if (b < 240) return {size, 225 + 256 * (b - 224) + record[1]};
  return {size, 4321 + 65536 * (b - 240) + 256u * record[1] + record[2]};
}

// --- Record files

struct Frame {
  std::size_t offset;
  std::size_t bytes;
  std::size_t ended;
  unsigned state;
};

struct Index {
  unsigned kind = 0;
  unsigned end_state = 0;
  std::vector<Frame> frames;
};

// Takes what an attachment holds from its front.
class Content {
 public:
  Content(const std::uint8_t* begin, std::size_t size) : next_(begin), end_(begin + size) {}
  std::uint8_t byte() {
    require(next_ != end_, "an index of records is cut");
    return *next_++;
  }
  std::size_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
      const std::uint8_t digit = byte();
      value |= std::uint64_t{digit & 127u} << shift;
      if (digit >= 128) continue;
      require(digit != 0 || shift == 0, "a number is not in its shortest form");
      return static_cast<std::size_t>(value);
    }
    throw Refused("a number has too many digits");
  }
  [[nodiscard]] bool empty() const { return next_ == end_; }

 private:
  const std::uint8_t* next_;
  const std::uint8_t* end_;
};

// The bytes of the attachment that ends at `end`; 0: none does.
std::size_t attachment_before(const Bytes& file, std::size_t end) {
  if (end < 2 * kAttachmentHeaderBytes) return 0;
  const std::uint8_t* const header = file.data() + end - kAttachmentHeaderBytes;
  if (header[0] != 0xfc || header[1] != 'A' || header[2] != 'T' || header[3] != 2 ||
      check32(header, 32) != integer_at(header + 32, 4))
    return 0;
  const std::uint64_t content = integer_at(header + 8, 8);
  if (content > end - 2 * kAttachmentHeaderBytes) return 0;
  return static_cast<std::size_t>(content) + 2 * kAttachmentHeaderBytes;
}

// Reads the index whose attachment is the last one before `end`, and puts its frames before those
// that are known. Returns where they begin.
std::size_t read_index(const Bytes& file, std::size_t end, Index& index) {
  while (end > 0 && file[end - 1] == 0) --end;
  // The header's check may end with zeros.
  std::size_t size = 0;
  for (int zeros = 0; size == 0 && zeros <= 4 && end <= file.size(); ++zeros)
    if ((size = attachment_before(file, end)) == 0) ++end;
  require(size != 0, "there is no index of records");
  const std::size_t begin = end - size;
  const std::uint8_t* const header = file.data() + end - kAttachmentHeaderBytes;
  if (std::string(header + 4, header + 8) != "RECS") return read_index(file, begin, index);
  const std::uint8_t* const bytes = file.data() + begin + kAttachmentHeaderBytes;
  const std::size_t content_bytes = size - 2 * kAttachmentHeaderBytes;
  require(xxh3_128(bytes, content_bytes) == Hash128(reinterpret_cast<const char*>(header) + 16, 16),
          "an index of records is damaged");
  Content content(bytes, content_bytes);
  const unsigned version = content.byte();
  require(version == 1, "an index of records is of version " + std::to_string(version));
  const unsigned kind = content.byte();
  const unsigned end_state = content.byte();
  const unsigned most = kind == 4 ? 2 : 1;
  require(kind >= 1 && kind <= 4 && end_state <= most, "an index of records contradicts itself");
  std::vector<Frame> frames;
  std::size_t total = 0;
  for (std::size_t count = content.number(); count > 0; --count) {
    const std::size_t number = content.number();
    frames.push_back({total, content.number(), number / 4, static_cast<unsigned>(number % 4)});
    require(frames.back().state <= most && frames.back().bytes > 0 &&
                frames.back().bytes <= begin - total,
            "an index of records contradicts itself");
    total += frames.back().bytes;
  }
  require(content.empty() && !frames.empty(), "an index of records contradicts itself");
  for (Frame& frame : frames) frame.offset += begin - total;
  if (index.frames.empty()) {
    index.kind = kind;
    index.end_state = end_state;
  } else {
    require(index.kind == kind && index.frames[0].state == end_state,
            "indexes of records do not belong together");
  }
  index.frames.insert(index.frames.begin(), frames.begin(), frames.end());
  return begin - total;
}

// Where the text behind the first `count` separators begins.
std::size_t behind_separators(const Bytes& text, const Index& index, unsigned state,
                              std::size_t count) {
  bool quoted = state == 2;
  std::size_t at = 0;
  for (; count > 0; ++at) {
    require(at < text.size(), "a record file has fewer records than its index says");
    if (index.kind == 4 && text[at] == '"') quoted = !quoted;
    if (text[at] == (index.kind == 2 ? 0 : '\n') && !quoted) --count;
  }
  return at;
}

}  // namespace

Bytes decode_raw_record(const Model& model, std::size_t profile, const Bytes& record) {
  require(profile < kProfiles.size(), "there is no such profile");
  if (record.empty()) return {};
  if (record[0] == 0xff) {
    require(record.size() > 1, "a stored record has no text");
    return Bytes(record.begin() + 1, record.end());
  }
  const Header header = parse_header(record);
  require(record.size() <= header.text_bytes, "a coded record is longer than a stored one");
  Predictor predictor(model, profile, false, kTableText);
  predictor.end_learning();
  Stream stream;
  RangeDecoder coder(record.data() + header.bytes, record.data() + record.size());
  Bytes text;
  while (text.size() < header.text_bytes) {
    predictor.begin_token(stream);
    while (!predictor.decided()) {
      const std::uint32_t p = predictor.predict();
      predictor.learn_bit(coder.decode(p));
    }
    const std::string& token = model.tokens[model.order[predictor.rank()]];
    predictor.end_token(token);
    require(token.size() <= header.text_bytes - text.size(), "a record's tokens make more bytes");
    text.insert(text.end(), token.begin(), token.end());
  }
  require(coder.ends_here(), "a record's bytes do not end where its text does");
  return text;
}

Bytes decode_record(const Model& model, const Bytes& file, std::size_t number) {
  Index index;
  for (std::size_t begin = file.size(); begin > 0 || index.frames.empty();)
    begin = read_index(file, begin, index);
  require(index.frames[0].state == 0, "the file begins within a record");
  std::size_t records = index.end_state == 0 ? 0 : 1;
  for (const Frame& frame : index.frames) records += frame.ended;
  require(number >= 1 && number <= records, "there is no such record");

  const std::size_t wanted = number - 1;  // separators before it
  std::size_t first = 0;
  std::size_t ended = 0;  // before `first`
  for (std::size_t at = 0, before = 0; at < index.frames.size() && before <= wanted;
       before += index.frames[at++].ended) {
    // Of several frames with so many before them, the first tells whether the record begins there.
    const bool begins_record = before == wanted && index.frames[at].state == 0;
    if (before == wanted && !begins_record) break;
    first = at;
    ended = before;
    if (begins_record) break;
  }
  const bool open = number == records && index.end_state != 0;
  std::size_t last = first;
  for (std::size_t after = ended + index.frames[first].ended;
       last + 1 < index.frames.size() && (open || after < number);
       after += index.frames[++last].ended) {
  }
  const Frame& from = index.frames[first];
  const Frame& to = index.frames[last];
  const Bytes part(file.begin() + static_cast<std::ptrdiff_t>(from.offset),
                   file.begin() + static_cast<std::ptrdiff_t>(to.offset + to.bytes));
  const Bytes text = decode_file(model, part).text;
  const std::size_t begin = behind_separators(text, index, from.state, wanted - ended);
  const std::size_t end =
      open ? text.size() : behind_separators(text, index, from.state, number - ended);
  return Bytes(text.begin() + static_cast<std::ptrdiff_t>(begin),
               text.begin() + static_cast<std::ptrdiff_t>(end));
}

}  // namespace reference
