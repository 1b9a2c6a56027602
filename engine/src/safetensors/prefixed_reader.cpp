#include "safetensors/prefixed_reader.hpp"

#include "czip/base/in_quotes.hpp"

namespace czip::safetensors {
namespace {

std::string from_to(std::string least, std::string most) {
  return ", expected " + std::move(least) + " to " + std::move(most);
}

}  // namespace

std::string PrefixedReader::name(std::string_view rest) {
  return *names_.insert(std::string(prefix_).append(rest)).first;
}

std::vector<std::uint32_t> PrefixedReader::config(std::uint64_t fields, std::uint32_t version,
                                                  std::string_view owner) {
  std::vector<std::uint32_t> read = values<std::uint32_t>(name("config"), {fields});
  if (failed() || read[0] == version) return read;
  refuse(ErrorCode::unsupported, std::string(owner) + " has format version " +
                                     std::to_string(read[0]) + ", this czip knows " +
                                     std::to_string(version));
  return {};
}

void PrefixedReader::check_field(std::string_view field, std::uint64_t value, std::uint64_t least,
                                 std::uint64_t most, std::uint64_t multiple) {
  if (value >= least && value <= most && value % multiple == 0) return;
  refuse("tensor '" + std::string(prefix_) + "config' says " + std::string(field) + " = " +
         std::to_string(value) + from_to(std::to_string(least), std::to_string(most)) +
         (multiple > 1 ? " in steps of " + std::to_string(multiple) : ""));
}

int PrefixedReader::shift(std::string_view rest, int least, int most) {
  const std::string whole = name(rest);
  const std::vector<std::uint8_t> read = values<std::uint8_t>(whole, {1});
  if (failed()) return least;
  if (read[0] < least || read[0] > most)
    refuse("tensor " + in_quotes(whole) + " is " + std::to_string(read[0]) +
           from_to(std::to_string(least), std::to_string(most)));
  return read[0];
}

void PrefixedReader::refuse_further_tensors(std::string_view owner) {
  for (const auto& [whole, view] : file_.tensors())
    if (whole.starts_with(prefix_) && !names_.contains(whole))
      refuse("tensor " + in_quotes(whole) + " is none that " + std::string(owner) + " has");
}

void PrefixedReader::refuse_element(const std::string& whole, std::int64_t value,
                                    std::int64_t least, std::int64_t most) {
  refuse("tensor " + in_quotes(whole) + " has an element " + std::to_string(value) +
         from_to(std::to_string(least), std::to_string(most)));
}

}  // namespace czip::safetensors
