// czip_cctx.
#pragma once

#include <memory>

#include "c_api/context.hpp"
#include "c_api/model.hpp"
#include "czip.h"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/codec.hpp"

struct czip_cctx {
  struct Parameters {
    int level = CZIP_LEVEL_DEFAULT;
    unsigned threads = 1;
    std::uint32_t block_bytes = 0;
    std::uint64_t memory_limit = 0;
    bool verify = true;
  };
  Parameters parameters;
  czip::c_api::SharedModel model;  // empty: the built-in one
  czip::c_api::Callbacks callbacks;
  czip::v2::CodingContext tables;
  std::unique_ptr<czip::c_api::Stream> stream;  // goes before what it uses
};

namespace czip::c_api {

Result<SharedModel> model_of(const czip_cctx& context);
v2::EncodeOptions options_v2(czip_cctx& context);
Result<v1::EncodeOptions> options_v1(const czip_cctx& context);

}  // namespace czip::c_api
