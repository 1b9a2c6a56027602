// A czip-model-v1 model in plain form: the tensors of the file, checked, in the file's row-major
// order. The file's norm names do not say where a norm is applied; the members here do.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/engine/matrix.hpp"
#include "czip/engine/v1/functions.hpp"

namespace czip::v1 {

struct DenseWeights {
  MatrixI8 weight;
  Requantization requantization;
};

struct LayerWeights {
  std::vector<std::int8_t> attention_input_norm;  // attn_norm [D]
  DenseWeights qkv;                               // attn.qkv [D + 128, D]: Q heads, K, V
  std::vector<std::int32_t> score_multiplier;     // attn.score_mult [heads], Q15
  std::optional<std::array<std::int8_t, kHeadDim>> sink_key;  // attn.sink_key; its value is zero
  DenseWeights attention_output;                              // attn.out [D, D]
  std::vector<std::int8_t> attention_output_norm;     // ffn_norm [D], before the residual add
  std::vector<std::int8_t> feed_forward_input_norm;   // post_attn_norm [D]
  DenseWeights up;                                    // ffn.up [2F, D]: gate rows, then value rows
  DenseWeights down;                                  // ffn.down [D, F]
  std::vector<std::int8_t> feed_forward_output_norm;  // post_ffn_norm [D], before the residual add
};

struct Weights {
  std::uint32_t vocabulary = 0;  // V
  std::uint32_t d_model = 0;     // D = heads * 64
  std::uint32_t heads = 0;
  std::uint32_t d_ff = 0;       // F
  std::uint32_t positions = 0;  // rows of the RoPE tables
  // Chunk length that the model asks for: context_length(_log2), else max_seq_len; never more than
  // `positions`, so a model whose table is shorter than its metadata is read with the table's
  // length.
  std::uint32_t context = 0;
  std::uint32_t context_log2 = 0;    // context = 2^context_log2
  std::uint32_t rope_theta_q16 = 0;  // 0 when the file does not say

  MatrixI8 embedding;  // [V, D]
  std::vector<LayerWeights> layers;
  std::vector<std::int8_t> final_norm;  // [D]
  MatrixI8 head;                        // [V, D]
  Exp2Table exp2_table{};               // lut.exp2
  std::vector<std::int16_t> rope_cos;   // [positions, kRopePairs], Q15
  std::vector<std::int16_t> rope_sin;
  std::uint32_t softmax_coefficient = 0;  // softmax.coef_q24
  std::uint32_t target_total = 0;         // softmax.target_total: sum of all frequencies

  std::vector<std::uint8_t> tokenizer_data;  // compressed tokenizer JSON, empty when absent
  std::string tokenizer_codec;               // "zstd" or "brotli"
  std::map<std::string, std::string, std::less<>> metadata;
};

// Reads and checks a czip-model-v1 file. Errors name the tensor or metadata field and what is wrong
// with it.
Result<Weights> load_weights(std::span<const std::uint8_t> file);

}  // namespace czip::v1
