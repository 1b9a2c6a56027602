// How a text becomes a source of a corpus: where its documents begin and end.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/v2/record_file.hpp"
#include "czip/training/corpus.hpp"

namespace czip {

// Adds `text` to `corpus` as a source of its own. Its documents end at zero bytes, and long ones
// are cut at ends of lines, so that some can be held out. With `records`, each record, without its
// separator, is a document: a coder of records sees no more of it. Error: out_of_memory.
Status add_source(Corpus& corpus, std::span<const std::uint8_t> text,
                  std::optional<v2::RecordSeparation> records);

}  // namespace czip
