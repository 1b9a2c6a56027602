// The instruction sets that the trainer's loops are compiled for, and which of them this CPU runs.
//
// Everything that is compiled for one of them is in the files kernels.cpp of nn, v1, v2/network and
// v2/recurrent. Each is compiled once for each instruction set and gives a table of functions. To
// add an instruction set, add it here, in isa.cpp, in both files kernel_tables.cpp and in
// CMakeLists.txt.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace czip::nn {

// `baseline` is what every CPU of the architecture has (on AArch64, with NEON); avx2 includes FMA
// (which the recurrent network does not use); avx512 means F, BW, DQ and VL.
enum class Isa : std::uint8_t { baseline, avx2, avx512 };

[[nodiscard]] std::string_view isa_name(Isa isa);

// The instruction sets that this build has and this CPU runs, slowest first; never empty.
[[nodiscard]] std::span<const Isa> supported_isas();

[[nodiscard]] inline Isa best_isa() { return supported_isas().back(); }

}  // namespace czip::nn
