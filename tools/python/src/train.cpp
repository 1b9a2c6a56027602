#include "train.hpp"

#include <czip.h>

#include <cstdint>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bytes.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/v2/record_file.hpp"
#include "czip/training/corpus.hpp"
#include "czip/training/corpus_source.hpp"
#include "czip/training/v2/model_trainer.hpp"
#include "errors.hpp"
#include "long_call.hpp"

namespace czip_python {
namespace {

// The codes of czip.h are those of the libraries inside it.
Outcome outcome_of_error(const czip::Error& error) {
  return {static_cast<czip_status>(error.code), error.message};
}

std::optional<czip::v2::RecordSeparation> separation_of(const py::object& records) {
  if (records.is_none()) return std::nullopt;
  const auto separation = czip::v2::parse_record_separation(records.cast<std::string>());
  if (!separation)
    throw py::value_error("records must be 'lines', 'nul', 'jsonl', 'csv' or None, not " +
                          py::repr(records).cast<std::string>());
  return separation;
}

czip::Corpus corpus_of(const py::iterable& texts, const py::object& records) {
  const auto separation = separation_of(records);
  czip::Corpus corpus;
  for (const py::handle text : texts) {
    const InputBytes bytes(text);
    const std::span data(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    const auto added = czip::add_source(corpus, data, separation);
    if (!added) check(outcome_of_error(added.error()));
  }
  return corpus;
}

py::bytes train(const czip::Corpus& corpus, czip::v2::TrainingOptions options,
                py::object progress) {
  LongCalls calls(std::move(progress));
  options.progress = [&calls](const czip::v2::TrainingProgress& made) -> czip::Status {
    std::string stage(made.stage);
    if (!made.part.empty()) stage.append(": ").append(made.part);
    if (calls.report({.stage = std::move(stage), .done = made.done, .total = made.total}))
      return {};
    return czip::fail(czip::ErrorCode::cancelled, "the training was cancelled");
  };
  std::vector<std::uint8_t> file;
  calls.run([&]() -> Outcome {
    try {
      auto trained = czip::v2::train_model(corpus, options);
      if (!trained) return outcome_of_error(trained.error());
      file = std::move(*trained);
      return {};
    } catch (const std::bad_alloc&) {
      return {CZIP_ERROR_OUT_OF_MEMORY, "not enough memory to train a model"};
    }
  });
  return {reinterpret_cast<const char*>(file.data()), file.size()};
}

}  // namespace

void define_train(py::module_& module) {
  module.def(
      "train",
      [](const py::iterable& texts, const py::object& records, std::uint32_t vocabulary,
         std::uint64_t prior_bytes, std::uint32_t epochs, unsigned threads, std::string name,
         std::string description, std::string license, std::string training_data,
         py::object progress) {
        czip::v2::TrainingOptions options;
        options.vocabulary_size = vocabulary;
        options.prior_bytes = prior_bytes;
        options.recurrent_epochs = epochs;
        options.lone_documents = !records.is_none();
        options.threads = threads;
        options.description = {.name = std::move(name),
                               .description = std::move(description),
                               .license = std::move(license),
                               .training_data = std::move(training_data)};
        return train(corpus_of(texts, records), std::move(options), std::move(progress));
      },
      py::arg("texts"), py::kw_only(), py::arg("records") = py::none(), py::arg("vocabulary") = 0,
      py::arg("prior_bytes") = czip::v2::TrainingOptions{}.prior_bytes,
      py::arg("epochs") = czip::v2::TrainingOptions{}.recurrent_epochs, py::arg("threads") = 0,
      py::arg("name") = "", py::arg("description") = "", py::arg("license") = "",
      py::arg("training_data") = "", py::arg("progress") = py::none(),
      "Makes a model from texts, each one a bytes-like object, and returns its file, byte for byte "
      "that of `czip train` for files with these texts.\n\n"
      "records: 'lines', 'nul', 'jsonl' or 'csv' for a model of short records, which end as the "
      "name says. vocabulary: 257 to 8192 tokens; 0 is 8192, or as many as the text suffices for. "
      "prior_bytes: most bytes of the n-gram prior. epochs: how often the recurrent network sees "
      "the text; 0 makes a model without one. threads: 0 is as many as the machine has; the result "
      "is the same for any number. progress: called with a stage's name, what is done of it and "
      "its total, on the calling thread; what it raises ends the training.");
}

}  // namespace czip_python
