// Finds the likeliest next tokens by a best-first walk down the code tree (uniform-cost search:
// costs only grow on the way down, so that leaves come in the order of their costs).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/codec/scoring.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "v2/block/block_memory.hpp"

namespace czip::v2 {

class CandidateSearch {
 public:
  // Fills `found`, the likeliest first. The predictor must be at the root of a token of stream `s`,
  // and is there again afterwards. Where the prediction is so flat that this takes too long, only
  // the likelier child of each further node is looked at: then a token may be missing.
  void find(const ModelParts& model, Predictor& predictor, BlockStreams& streams, std::uint32_t s,
            std::span<Candidate> found);

 private:
  struct Waiting {
    std::uint32_t cost = 0;
    std::uint32_t rank = kNoToken;  // of the token, where it is decided
    std::size_t place = 0;          // index into places_, where it is not
  };

  void expand(const Waiting& waiting, Predictor& predictor, BlockStreams& streams, std::uint32_t s,
              bool both);
  void add(const Waiting& waiting);
  Waiting take();

  std::vector<Waiting> waiting_;  // a heap, the lowest cost first
  std::vector<Predictor::Place> places_;
};

}  // namespace czip::v2
