// armour.md: a compressed file as text.
#pragma once

#include "bytes.hpp"

namespace reference {

// The file that a text stands for; the text itself where it is none. Throws Refused.
Bytes without_armour(const Bytes& text);

}  // namespace reference
