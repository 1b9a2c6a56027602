// czip_dctx.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "c_api/context.hpp"
#include "c_api/model.hpp"
#include "czip.h"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/codec.hpp"

struct czip_dctx {
  struct Parameters {
    unsigned threads = 1;
    std::uint64_t memory_limit = 0;
    std::uint64_t max_output = 0;
  };
  Parameters parameters;
  std::vector<czip::c_api::SharedModel> models;
  // By the finder. They stay, since what decodes refers to the bytes that these objects own.
  std::vector<czip::c_api::SharedModel> found;
  czip_model_finder finder = nullptr;
  void* finder_user = nullptr;
  czip::c_api::Callbacks callbacks;
  czip::v2::CodingContext tables;
  std::unique_ptr<czip::c_api::Stream> stream;  // goes before what it uses
};

namespace czip::c_api {

// The finder refers to the context.
v2::ModelFinder finder_of(czip_dctx& context);
// Error: model_mismatch, where the context has no model of CZIPv1.
Result<SharedModel> model_v1_of(const czip_dctx& context);

v2::DecodeOptions options_v2(czip_dctx& context);
v1::DecodeOptions options_v1(const czip_dctx& context);

}  // namespace czip::c_api
