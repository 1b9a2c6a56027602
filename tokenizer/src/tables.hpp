// What a loaded tokenizer consists of.
#pragma once

#include <utility>

#include "czip/tokenizer/tokenizer.hpp"
#include "pattern.hpp"
#include "piece_encoder.hpp"
#include "special_tokens.hpp"
#include "vocabulary.hpp"

namespace czip {

struct Tokenizer::Tables {
  Vocabulary vocabulary;
  SpecialTokens special;
  Pattern pattern;
};

}  // namespace czip
