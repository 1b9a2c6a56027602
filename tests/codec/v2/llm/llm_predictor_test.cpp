// Which decisions a language model's token takes: its candidates and their order, and the search.
// The numbers follow from conformance/czip-v2-llm-coding.md, sections 1 and 3.
#include "czip/codec/v2/llm/llm_predictor.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "czip/codec/v2/model/parts.hpp"
#include "czip/engine/llm/constants.hpp"
#include "support/results.hpp"
#include "support/v2_language_model.hpp"

namespace czip::v2 {
namespace {

constexpr std::int32_t kBit = 1 << 16;  // of a logit: half the frequency
constexpr std::uint32_t kVocabulary = test::kSeededLlmVocabulary;

struct Likely {
  std::uint32_t token;
  std::int32_t logit;
};

// What a decision asks: whether the token is `token`, or whether it is `token` or more.
struct Decision {
  bool candidate;
  std::uint32_t token;

  friend bool operator==(const Decision&, const Decision&) = default;
};
using Decisions = std::vector<Decision>;

Decision candidate(std::uint32_t token) { return {true, token}; }
Decision node(std::uint32_t split) { return {false, split}; }

class Asker {
 public:
  explicit Asker(const Model& of = test::tiny_language_model_v2()) : predictor_(SimdLevel::scalar) {
    const auto& model = *test::value_of(language_model_of(of.parts(), SimdLevel::scalar));
    predictor_.reset(model, of.parts().logistic, 1000, 300);
    stream_.begin = stream_.position = model.prior.size();
  }

  // The decisions about a token. All ids but the likely ones have the frequency 1.
  Decisions decisions(std::uint32_t token, const std::vector<Likely>& likely) {
    std::vector<std::int32_t> logits(kVocabulary, -llm::kBound);
    for (const Likely& one : likely) logits[one.token] = one.logit;
    predictor_.begin_token(stream_, logits);
    Decisions all;
    while (!predictor_.decided()) {
      all.push_back(next());
      const std::uint32_t p = predictor_.predict();
      CHECK(p >= 1);
      CHECK(p <= kMaxProbability);
      predictor_.update(predictor_.bit(token));
    }
    CHECK(predictor_.token() == token);
    predictor_.end_token();
    return all;
  }
  void code(const std::vector<std::uint32_t>& tokens) {
    for (const std::uint32_t token : tokens) (void)decisions(token, {});
  }

 private:
  // Of a candidate, one id alone has the bit 1; of the nodes here, several have it.
  [[nodiscard]] Decision next() const {
    std::uint32_t first = 0;
    while (!predictor_.bit(first)) ++first;
    return {!predictor_.bit(first + 1), first};
  }

  LlmPredictor predictor_;
  LlmStream stream_;
};

}  // namespace

TEST_CASE("the two likeliest ids are asked for, then ids are halved") {
  Asker asker;
  CHECK(asker.decisions(2, {{20, -kBit}, {10, 0}, {30, -2 * kBit}}) ==
        Decisions{candidate(10), candidate(20), node(150), node(75), node(37), node(18), node(9),
                  node(4), node(2), node(3)});
  CHECK(Asker().decisions(20, {{20, -kBit}, {10, 0}}) == Decisions{candidate(10), candidate(20)});
}

TEST_CASE("of equally likely ids the lower is asked for first, and never one without bytes") {
  Asker asker;
  CHECK(asker.decisions(7, {{9, 0}, {7, 0}, {8, 0}, {297, kBit}}) == Decisions{candidate(7)});
  CHECK(Asker().decisions(8, {{9, 0}, {7, -1}, {8, 0}}) == Decisions{candidate(8)});
}

TEST_CASE("the search does not ask where only candidates are on one side") {
  // Of [0, 4), the lower half are candidates; of [6, 9), the upper part.
  const Decisions begin{candidate(0), candidate(1), node(150), node(75),
                        node(37),     node(18),     node(9),   node(4)};
  Decisions low = begin;
  low.push_back(node(3));
  CHECK(Asker().decisions(2, {{0, kBit}, {1, 0}}) == low);
  CHECK(Asker().decisions(6, {{7, kBit}, {8, 0}}) ==
        Decisions{candidate(7), candidate(8), node(150), node(75), node(37), node(18), node(9),
                  node(4), node(6)});
}

// With ids of the frequencies F = 65535^2 and F >> 7, a 64th of all is some F / 63.5.
TEST_CASE("what followed the token before is a candidate with a 64th of all frequencies") {
  Asker asker;
  asker.code({65, 66, 65});
  CHECK(asker.decisions(20, {{10, 0}, {20, -7 * kBit}}) ==
        Decisions{candidate(10), candidate(66), candidate(20)});
}

// With F and F >> 1, a 64th of all is F / 42.7. The match gives 24 of them, and orders 1 to 4 give
// 1 + 3 + 6 + 10.
TEST_CASE("match and contexts add up to more than the network's likeliest id") {
  Asker asker;
  asker.code({1, 2, 3, 4, 5, 1, 2, 3, 4});
  CHECK(asker.decisions(20, {{10, 0}, {20, -kBit}}) ==
        Decisions{candidate(5), candidate(10), candidate(20)});
}

TEST_CASE("later successors weigh half as much as those before them") {
  // The token 1 was followed by 2, 3, 4: the latest has a 64th of all, the others have a 128th,
  // which is slightly more than F >> 7, and a 256th.
  Asker asker;
  asker.code({1, 2, 1, 3, 1, 4, 1});
  CHECK(asker.decisions(2, {{10, 0}, {20, -7 * kBit}}) ==
        Decisions{candidate(10), candidate(4), candidate(3), candidate(20), candidate(2)});
}

TEST_CASE("there are eight candidates at most") {
  // More than eight tokens followed the contexts of all orders.
  Asker asker;
  for (std::uint32_t next = 2; next <= 4; ++next) asker.code({30, 31, 32, 1, next});
  for (std::uint32_t next = 5; next <= 7; ++next) asker.code({40, 41, 32, 1, next});
  for (std::uint32_t next = 8; next <= 9; ++next) asker.code({50, 1, next});
  asker.code({30, 31, 32, 1});
  const Decisions all = asker.decisions(200, {{10, 0}, {20, -kBit}});
  std::size_t candidates = 0;
  for (const Decision& decision : all) candidates += decision.candidate ? 1 : 0;
  CHECK(candidates == 8);
}

TEST_CASE("what followed a token in the prior is a candidate, too") {
  const test::Bytes file = test::with_prior_v2(test::make_tiny_language_model_v2(), {65, 66, 1, 2});
  const Model model = test::value_of(Model::parse(file));
  // A text may begin as the prior does: 36 of 64 shares. Its last token is no context.
  CHECK(Asker(model).decisions(20, {{10, 0}, {20, -7 * kBit}}) ==
        Decisions{candidate(10), candidate(65), candidate(20)});
  Asker asker(model);
  asker.code({65});
  CHECK(asker.decisions(20, {{10, 0}, {20, -7 * kBit}}) ==
        Decisions{candidate(10), candidate(66), candidate(20)});
}

TEST_CASE("four tokens of the prior give a match: what came then is asked for first") {
  const test::Bytes file =
      test::with_prior_v2(test::make_tiny_language_model_v2(), {9, 1, 2, 3, 4, 5});
  const Model model = test::value_of(Model::parse(file));
  Asker asker(model);
  asker.code({1, 2, 3, 4});
  CHECK(asker.decisions(20, {{10, 0}, {20, -kBit}}) ==
        Decisions{candidate(5), candidate(10), candidate(20)});
}

TEST_CASE("priors of no tokens, too many, and ids that stand for no text are refused") {
  const auto message = [](const std::vector<std::uint32_t>& tokens) {
    const test::Bytes file = test::with_prior_v2(test::make_tiny_language_model_v2(), tokens);
    const Model model = test::value_of(Model::parse(file));
    const auto loaded = language_model_of(model.parts(), SimdLevel::scalar);
    return loaded ? std::string() : loaded.error().message;
  };
  CHECK(message({1}).empty());
  CHECK(message({}).find("0 tokens instead of 1 to 1048576") != std::string::npos);
  CHECK(message(std::vector<std::uint32_t>(kMaxLlmPriorTokens + 1, 1)).find("1048577 tokens") !=
        std::string::npos);
  CHECK(message({1, 300}).find("token 300, which stands for no text") != std::string::npos);
  CHECK(message({1, 296}).find("token 296, which stands for no text") != std::string::npos);
}

}  // namespace czip::v2
