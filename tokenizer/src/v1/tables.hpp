// What a loaded tokenizer consists of.
#pragma once

#include "bpe/vocabulary.hpp"
#include "czip/tokenizer/v1/tokenizer.hpp"
#include "v1/pattern.hpp"
#include "v1/special_tokens.hpp"

namespace czip::v1 {

struct Tokenizer::Tables {
  bpe::Vocabulary vocabulary;
  SpecialTokens special;
  Pattern pattern;
};

}  // namespace czip::v1
