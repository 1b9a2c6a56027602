// czip classify: finds the class whose texts predict a text best (Frank, Chui and Witten 2000,
// "Text Categorization Using Compression Models").
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/csv.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/exit_status.hpp"
#include "cli/inputs.hpp"
#include "cli/json_report.hpp"
#include "cli/session.hpp"
#include "commands/commands.hpp"
#include "scoring/conditional_costs.hpp"
#include "scoring/document.hpp"
#include "scoring/models.hpp"
#include "scoring/scored_text.hpp"

namespace czip::tool {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// The folders in `folder`, sorted: each is a class, which its name names.
Result<std::vector<std::string>> class_folders(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> names;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    // Links that lead nowhere are no folders; of others, such as loops, nobody can tell.
    std::error_code unknown;
    const fs::file_status status = entry->status(unknown);
    if (status.type() == fs::file_type::none)
      return failure_in(entry->path(), system_error("cannot read it", unknown.value()));
    if (fs::is_directory(status)) names.push_back(entry->path());
  }
  if (error) return failure_in(folder, system_error("cannot read it", error.value()));
  std::sort(names.begin(), names.end());
  if (names.size() >= 2) return names;
  return usage_error(printable(folder) + " has " + std::to_string(names.size()) +
                     " folders, but at least two classes are needed; see czip classify --help");
}

std::string class_name(const Document& document) {
  return fs::path(document.name).filename().string();
}

// The class that a text is kept in, if it is in a folder that is called like one: so that the
// classes found can be compared with those known.
std::string folder_of(const Document& document) {
  return fs::path(document.name).parent_path().filename().string();
}

class Classification {
 public:
  Classification(std::vector<Document> classes, std::vector<Document> texts, ConditionalCosts costs)
      : classes_(std::move(classes)), texts_(std::move(texts)), costs_(std::move(costs)) {
    for (std::size_t t = 0; t < texts_.size(); ++t) {
      std::vector<std::size_t> order(classes_.size());
      for (std::size_t c = 0; c < order.size(); ++c) order[c] = c;
      std::stable_sort(order.begin(), order.end(),
                       [&](std::size_t a, std::size_t b) { return cost(a, t) < cost(b, t); });
      best_.push_back(order[0]);
      second_.push_back(order[1]);
      if (const std::string folder = folder_of(texts_[t]); is_class(folder)) {
        ++known_;
        if (class_name(classes_[order[0]]) == folder) ++right_;
      }
    }
  }

  [[nodiscard]] std::string table() const {
    std::string text = "Bits/byte   Ahead by  Class, file\n";
    for (std::size_t t = 0; t < texts_.size(); ++t)
      text += format("%9.3f %9.1f%%  %s  %s\n", per_byte(best_[t], t), 100 * margin(t),
                     printable(class_name(classes_[best_[t]])).c_str(),
                     printable(texts_[t].name).c_str());
    if (known_ > 0)
      text += format("%s of %s texts (%.1f %%) are in the folder of their class\n",
                     grouped(right_).c_str(), grouped(known_).c_str(), percent(right_, known_));
    return text;
  }

  [[nodiscard]] std::string csv() const {
    std::string text = "file,class,second,ahead_by,bytes";
    for (const Document& each : classes_) text += "," + csv_text(class_name(each));
    text += "\n";
    for (std::size_t t = 0; t < texts_.size(); ++t) {
      text += csv_text(texts_[t].name) + "," + csv_text(class_name(classes_[best_[t]])) + "," +
              csv_text(class_name(classes_[second_[t]])) +
              format(",%.6f,%zu", margin(t), texts_[t].text.size());
      for (std::size_t c = 0; c < classes_.size(); ++c)
        text += format(",%.3f", bits(static_cast<std::int64_t>(cost(c, t))));
      text += "\n";
    }
    return text;
  }

  [[nodiscard]] Json json() const {
    Json report = Json::object();
    report["texts"] = Json::array();
    for (std::size_t t = 0; t < texts_.size(); ++t) {
      Json text = Json::object();
      text["name"] = texts_[t].name;
      text["bytes"] = texts_[t].text.size();
      text["class"] = class_name(classes_[best_[t]]);
      text["ahead_by"] = margin(t);
      text["bits"] = Json::object();
      for (std::size_t c = 0; c < classes_.size(); ++c)
        text["bits"][class_name(classes_[c])] = bits(static_cast<std::int64_t>(cost(c, t)));
      report["texts"].push_back(std::move(text));
    }
    report["in_folder_of_a_class"] = known_;
    report["in_folder_of_their_class"] = right_;
    return report;
  }

 private:
  [[nodiscard]] std::uint64_t cost(std::size_t c, std::size_t t) const {
    return costs_.behind[c][t];
  }
  [[nodiscard]] double per_byte(std::size_t c, std::size_t t) const {
    return per_second(cost(c, t), static_cast<double>(texts_[t].text.size())) / kCostOfBit;
  }
  // By how much the best class is cheaper than the second, in parts of the second.
  [[nodiscard]] double margin(std::size_t t) const {
    return per_second(cost(second_[t], t) - cost(best_[t], t),
                      static_cast<double>(cost(second_[t], t)));
  }
  [[nodiscard]] bool is_class(const std::string& name) const {
    return std::ranges::any_of(classes_,
                               [&](const Document& each) { return class_name(each) == name; });
  }

  std::vector<Document> classes_;
  std::vector<Document> texts_;
  ConditionalCosts costs_;
  std::vector<std::size_t> best_;
  std::vector<std::size_t> second_;
  std::uint64_t known_ = 0;
  std::uint64_t right_ = 0;
};

Result<std::vector<Document>> read_classes(const Session& session, DocumentReader& reader) {
  std::vector<Document> classes;
  CZIP_TRY_ASSIGN(const auto folders, class_folders(session.arguments.train));
  for (const std::string& folder : folders) {
    auto document = reader.read(folder);
    if (!document) return failure_in(folder, document.error());
    classes.push_back(std::move(*document));
  }
  return classes;
}

Status classify(Session& session, ExitStatus& status) {
  const Arguments& arguments = session.arguments;
  CZIP_TRY_ASSIGN(auto models, open_scoring_models(session));
  CZIP_TRY_ASSIGN(const auto model, predictor_model(models.front()));
  DocumentReader reader(session, models);
  CZIP_TRY_ASSIGN(auto classes, read_classes(session, reader));
  CZIP_TRY_ASSIGN(auto texts,
                  reader.read_all(expand_directories(arguments, session.console, status), status));
  CZIP_TRY_ASSIGN(auto costs, conditional_costs(session, model, classes, texts));
  const Classification found(std::move(classes), std::move(texts), std::move(costs));
  if (arguments.json)
    print_json(session.console, found.json());
  else
    session.console.print(arguments.csv ? found.csv() : found.table());
  return {};
}

}  // namespace

ExitStatus run_classify(Session& session) {
  ExitStatus status = ExitStatus::ok;
  const auto classified = classify(session, status);
  return classified ? status : more_severe(status, session.console.error("", classified.error()));
}

}  // namespace czip::tool
