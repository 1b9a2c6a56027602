// czip score: bits per byte and perplexity of texts by one or more models.
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/csv.hpp"
#include "base/text.hpp"
#include "cli/exit_status.hpp"
#include "cli/inputs.hpp"
#include "cli/json_report.hpp"
#include "cli/session.hpp"
#include "cli/trailing_data.hpp"
#include "commands/commands.hpp"
#include "io/input.hpp"
#include "scoring/models.hpp"
#include "scoring/scored_text.hpp"
#include "scoring/subject.hpp"

namespace czip::tool {
namespace {

using Json = nlohmann::ordered_json;

// A text by a model, or all texts by it.
struct Row {
  std::string name;
  ScoredText scored;
};

Json to_json(const ScoredText& scored) {
  Json json = Json::object();
  json["model"] = scored.model;
  if (!scored.how.empty()) json["scored_as"] = scored.how;
  json["text_bytes"] = scored.report.text_bytes;
  json["tokens"] = scored.report.tokens;
  json["bits"] = bits(static_cast<std::int64_t>(scored.report.cost));
  json["bits_per_byte"] = scored.bits_per_byte();
  json["bits_per_token"] = scored.bits_per_token();
  json["perplexity_per_byte"] = std::exp2(scored.bits_per_byte());
  json["perplexity_per_token"] = std::exp2(scored.bits_per_token());
  return json;
}

std::string csv_line(const Row& row) {
  const ScoredText& scored = row.scored;
  return csv_text(row.name) + "," + csv_text(scored.model) + "," + csv_text(scored.how) +
         format(",%llu,%llu,%.3f,%.6f,%.6f,%.6f,%.6f\n",
                static_cast<unsigned long long>(scored.report.text_bytes),
                static_cast<unsigned long long>(scored.report.tokens),
                bits(static_cast<std::int64_t>(scored.report.cost)), scored.bits_per_byte(),
                scored.bits_per_token(), std::exp2(scored.bits_per_byte()),
                std::exp2(scored.bits_per_token()));
}

std::string table_line(const Row& row) {
  const ScoredText& scored = row.scored;
  return format("%14s %12s %9.4f %9.3f %10.3f %12.2f  %s  %s\n",
                grouped(scored.report.text_bytes).c_str(), grouped(scored.report.tokens).c_str(),
                scored.bits_per_byte(), scored.bits_per_token(), std::exp2(scored.bits_per_byte()),
                std::exp2(scored.bits_per_token()), printable(scored.model).c_str(),
                printable(row.name).c_str());
}

// Prints each text when all models have scored it, and the totals at the end.
class Scorer {
 public:
  Scorer(Session& session, std::vector<ScoringModel>& models)
      : session_(&session), models_(&models) {
    for (const ScoringModel& model : models) {
      totals_.emplace_back();
      totals_.back().model = model.label;
    }
  }

  void begin() {
    if (session_->arguments.csv)
      session_->console.print(
          "file,model,scored_as,bytes,tokens,bits,bits_per_byte,bits_per_token,"
          "perplexity_per_byte,perplexity_per_token\n");
    else if (!session_->arguments.json)
      session_->console.print(
          "         Bytes       Tokens Bits/byte Bits/tok.  Perplexity of bytes, tokens  Model, "
          "file\n");
  }

  Status add(Input& input) {
    CZIP_TRY_ASSIGN(const auto subject, read_subject(*session_, *models_, input));
    const std::string name = input.is_stdin() ? "(standard input)" : input.name;
    std::vector<ScoredText> all;
    for (std::size_t i = 0; i < models_->size(); ++i) {
      CZIP_TRY_ASSIGN(auto scored, score_subject(*session_, *models_, i, subject, {}));
      all.push_back(std::move(scored));
    }
    ++texts_;
    Json file = Json::object();
    file["name"] = name;
    file["models"] = Json::array();
    for (std::size_t i = 0; i < all.size(); ++i) {
      ScoreReport& total = totals_[i].report;
      total.text_bytes += all[i].report.text_bytes;
      total.tokens += all[i].report.tokens;
      total.cost += all[i].report.cost;
      if (session_->arguments.json) file["models"].push_back(to_json(all[i]));
      print({name, std::move(all[i])});
    }
    if (session_->arguments.json) files_.push_back(std::move(file));
    CZIP_TRY(check_trailing_data(*session_, input.label(), subject.trailing));
    return session_->console.flush();
  }

  void end() {
    if (session_->arguments.json) {
      Json report = Json::object();
      report["files"] = std::move(files_);
      report["totals"] = Json::array();
      for (const ScoredText& total : totals_) report["totals"].push_back(to_json(total));
      print_json(session_->console, report);
    } else if (texts_ > 1) {
      for (ScoredText& total : totals_)
        print({"all " + grouped(texts_) + " texts", std::move(total)});
    }
  }

 private:
  void print(const Row& row) {
    if (session_->arguments.json) return;
    session_->console.print(session_->arguments.csv ? csv_line(row) : table_line(row));
  }

  Session* session_;
  std::vector<ScoringModel>* models_;
  std::vector<ScoredText> totals_;
  std::uint64_t texts_ = 0;
  Json files_ = Json::array();
};

}  // namespace

ExitStatus run_score(Session& session) {
  ExitStatus status = ExitStatus::ok;
  const std::vector<std::string> names =
      expand_directories(session.arguments, session.console, status);
  auto models = open_scoring_models(session);
  if (!models) return session.console.error("", models.error());
  Scorer scorer(session, *models);
  scorer.begin();
  status = more_severe(
      status, for_each_input(session, names, [&](Input& input) { return scorer.add(input); }));
  scorer.end();
  return status;
}

}  // namespace czip::tool
