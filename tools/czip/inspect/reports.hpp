// The forms in which an inspection is shown.
#pragma once

#include <string>

#include "cli/console.hpp"
#include "cli/json_stream.hpp"
#include "czip/base/error.hpp"
#include "inspect/inspection.hpp"

namespace czip::tool {

// A summary and a line for each token of the detail. Errors: those of standard output, as below.
Status print_inspection(Console& console, const Inspection& inspection);

// Adds an object with the summary and the tokens of the detail to the innermost array.
Status add_inspection(JsonStream& json, const Inspection& inspection);

// The heading of the table (RFC 4180), and a line for each model and token of the detail. Texts are
// in quotation marks of their own, so that no spreadsheet takes one for a formula.
void print_csv_heading(Console& console, std::size_t candidates);
Status print_csv(Console& console, const Inspection& inspection);

// A page that stands alone, in ASCII but for names: it has its data, script and style in it, and
// its content policy lets it load and send nothing.
[[nodiscard]] std::string html_page(const Inspection& inspection);

}  // namespace czip::tool
