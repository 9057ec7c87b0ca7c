#include "common/saga/testing/readme.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/saga/diagram.h"

namespace maru::saga::testing {

namespace {

constexpr char kOpen[] = "```mermaid\n";
constexpr char kClose[] = "```\n";

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  return text.str();
}

// `text` with the block behind `mark` replaced, or appended with its mark.
std::string WithBlock(std::string text, const std::string& mark, const std::string& block) {
  const size_t at = text.find(mark);
  if (at == std::string::npos) {
    if (!text.empty() && text.back() != '\n') text += '\n';
    return absl::StrCat(text, "\n", mark, block);
  }
  const size_t begin = at + mark.size();
  size_t end = begin;
  if (text.compare(begin, sizeof(kOpen) - 1, kOpen) == 0) {
    const size_t close = text.find(absl::StrCat("\n", kClose), begin);
    end = close == std::string::npos ? text.size() : close + 1 + sizeof(kClose) - 1;
  }
  return text.replace(begin, end - begin, block);
}

}  // namespace

absl::Status CheckReadme(const Declaration& saga, const std::string& readme) {
  const char* root = std::getenv("MARU_SOURCE_DIR");
  MARU_CHECK(root != nullptr);
  const std::string path = absl::StrCat(root, "/", readme);
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const std::string mark = absl::StrCat("<!-- saga: ", saga.name, " -->\n");
  const std::string wanted = WithBlock(text, mark, absl::StrCat(kOpen, Diagram(saga), kClose));
  if (text == wanted) return absl::OkStatus();
  if (std::getenv("MARU_REWRITE") == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat(readme, " does not show the saga ", saga.name,
                     " as it is declared: run this test with MARU_REWRITE=1 in its environment"));
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << wanted;
  file.close();
  if (!file) return absl::InternalError(absl::StrCat("cannot write ", path));
  return absl::OkStatus();
}

}  // namespace maru::saga::testing
