// Parts of the page of an inspection that need no script, and the data of those that do.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "inspect/inspection.hpp"

namespace czip::tool {

// The class that colours what belongs to a model.
[[nodiscard]] std::string_view model_class(std::size_t model);

[[nodiscard]] std::string summary_table(const Inspection& inspection);
// What each part of the predictor saves; empty where no model has parts.
[[nodiscard]] std::string shares_table(const Inspection& inspection);
// Bits per byte along the text.
[[nodiscard]] std::string curve(const Inspection& inspection);
// Says how much of the text is shown.
[[nodiscard]] std::string detail_note(const Inspection& inspection);
[[nodiscard]] std::string legend_steps(std::initializer_list<std::string_view> classes);

// JSON in ASCII that can stand in a script element. Costs are in 1/100 bit.
[[nodiscard]] std::string page_data(const Inspection& inspection);

}  // namespace czip::tool
