// The checks that models of all kinds of files share.
#pragma once

#include "czip/base/error.hpp"
#include "czip/import/model/public_model.hpp"

namespace czip::importer {

// Errors: corrupt or unsupported for tensors and tokenizers that do not fit, or that czip does not
// know.
Result<PublicModel> checked(PublicModel model);

}  // namespace czip::importer
