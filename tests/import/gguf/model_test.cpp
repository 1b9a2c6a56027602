#include "czip/import/gguf/model.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "import/gguf_builder.hpp"
#include "support/refusals.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;
using enum gguf::ValueType;

// Parsed files and their bytes.
class Parts {
 public:
  void add(const Bytes& bytes) {
    bytes_.push_back(bytes);
    auto parsed = gguf::File::parse(bytes_.back());
    REQUIRE_MESSAGE(parsed.has_value(), parsed.error().message);
    files_.push_back(*std::move(parsed));
  }
  // Part `number` of `count`, which has the tensor `name`.
  void add(std::uint16_t number, std::uint16_t count, std::int32_t tensors, std::string_view name) {
    add(gguf_file({gguf_pair("split.no", u16, le(number)), gguf_pair("split.count", u16, le(count)),
                   gguf_pair("split.tensors.count", i32, le(tensors)),
                   gguf_pair("part", std::uint32_t{number})},
                  {gguf_tensor(name, {8}, 0, 0)}, Bytes(32)));
  }
  [[nodiscard]] const std::vector<gguf::File>& files() const { return files_; }

 private:
  std::list<Bytes> bytes_;
  std::vector<gguf::File> files_;
};

void check_refused(const Parts& parts, ErrorCode code, const std::string& message) {
  check_refusal(gguf::Model::join(parts.files()), code, message);
}

TEST_CASE("gguf model: a file that is not split") {
  Parts parts;
  parts.add(small_gguf());
  const auto model = gguf::Model::join(parts.files());
  REQUIRE_MESSAGE(model.has_value(), model.error().message);
  CHECK(model->tensors().all().size() == 3);
  CHECK(model->metadata().string("general.architecture").value() == "llama");
}

TEST_CASE("gguf model: parts in any order") {
  Parts parts;
  parts.add(2, 3, 3, "c");
  parts.add(0, 3, 3, "a");
  parts.add(1, 3, 3, "b");
  const auto model = gguf::Model::join(parts.files());
  REQUIRE_MESSAGE(model.has_value(), model.error().message);
  CHECK(model->tensors().all().size() == 3);
  CHECK(model->tensors().find("c")->bytes.data() ==
        parts.files()[0].tensors().find("c")->bytes.data());
  CHECK(model->metadata().count("part", 9).value() == 0);

  Parts alone;
  alone.add(0, 1, 99, "a");
  CHECK(gguf::Model::join(alone.files()).has_value());
}

TEST_CASE("gguf model: parts that are missing or too many are refused") {
  check_refused({}, ErrorCode::invalid_argument, "no GGUF file was given");
  Parts two;
  two.add(2, 3, 3, "c");
  two.add(0, 3, 3, "a");
  check_refused(two, ErrorCode::invalid_argument,
                "the model is split, and part 2 of 3 is missing; give all its files, "
                "NAME-00001-of-... and so on");
  Parts twice = two;
  twice.add(0, 3, 3, "b");
  check_refused(twice, ErrorCode::invalid_argument, "two GGUF files are part 1 of 3 of the model");
  Parts foreign = two;
  foreign.add(1, 3, 4, "b");
  check_refused(foreign, ErrorCode::invalid_argument,
                "the GGUF files are no parts of one model: one says it is part 3 of 3 with 3 "
                "tensors, another part 2 of 3 with 4");
  Parts whole;
  whole.add(small_gguf());
  whole.add(small_gguf());
  check_refused(whole, ErrorCode::invalid_argument, "two GGUF files are part 1 of 1 of the model");
}

TEST_CASE("gguf model: lies about a split are refused") {
  Parts zero;
  zero.add(0, 0, 1, "a");
  check_refused(zero, ErrorCode::corrupt, "metadata 'split.count' is 0");
  Parts beyond;
  beyond.add(3, 3, 1, "a");
  check_refused(beyond, ErrorCode::corrupt, "metadata 'split.no' is 3, but 'split.count' is 3");
  Parts negative;
  negative.add(0, 2, -1, "a");
  check_refused(negative, ErrorCode::corrupt,
                "metadata 'split.tensors.count' is -1, expected 0 to 65536");
  Parts fewer;
  fewer.add(0, 2, 3, "a");
  fewer.add(1, 2, 3, "b");
  check_refused(fewer, ErrorCode::corrupt,
                "metadata 'split.tensors.count' is 3, but the parts have 2 tensors");
  Parts same;
  same.add(0, 2, 2, "a");
  same.add(1, 2, 2, "a");
  check_refused(same, ErrorCode::corrupt, "there are two tensors 'a'");
  Parts silent;
  silent.add(gguf_file({gguf_pair("split.count", 2)}, {}));
  check_refused(silent, ErrorCode::corrupt, "metadata 'split.tensors.count' is missing");
}

}  // namespace
}  // namespace czip::test
