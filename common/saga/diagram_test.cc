// Goal: what a README shows of a saga is what is declared. Method: the example declarations; a
// README in a folder of its own.
#include "common/saga/diagram.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "common/saga/testing/example.h"
#include "common/saga/testing/no_callee.h"
#include "common/saga/testing/readme.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maru::saga {
namespace {

using ::testing::HasSubstr;
using testing::NoCallee;
using ::testing::Not;

TEST(DiagramTest, ShowsStepsOutcomesAndCompensations) {
  NoCallee callee;
  EXPECT_EQ(Diagram(Declare(example::PlaceOrder(callee, callee))), R"(stateDiagram-v2
    call1 : ORDER_STATUS_PENDING / product.Reserve
    undo1 : ORDER_STATUS_PENDING / product.Release
    call2 : ORDER_STATUS_PENDING / payment.Pay
    undo2 : ORDER_STATUS_PENDING / payment.Cancel
    [*] --> call1
    call1 --> call2 : done
    call1 --> ORDER_STATUS_REJECTED : refused, unsent
    call1 --> call1 : unknown, the request comes again
    call1 --> undo1 : unknown for 30s, canceled
    undo1 --> undo1 : not acknowledged
    undo1 --> ORDER_STATUS_REJECTED : acknowledged
    call2 --> ORDER_STATUS_PAID : done
    call2 --> undo1 : refused, unsent
    call2 --> call2 : unknown, the request comes again
    call2 --> undo2 : unknown for 30s, canceled
    undo2 --> undo2 : not acknowledged
    undo2 --> undo1 : acknowledged
    ORDER_STATUS_PAID --> [*]
    ORDER_STATUS_REJECTED --> [*]
)");
}

TEST(DiagramTest, ShowsHowAnUnknownOutcomeIsSettled) {
  NoCallee callee;
  const std::string settled = Diagram(Declare(example::Warehouse(callee)));
  EXPECT_THAT(settled, HasSubstr("call1 --> settle1 : unknown\n"));
  EXPECT_THAT(settled, HasSubstr("settle1 --> LIBRARY_STATUS_CONFIRMED : took effect\n"));
  EXPECT_THAT(settled, HasSubstr("call1 --> call1 : accepted, repeated until answered\n"));
  const std::string asked = Diagram(Declare(example::RegisterPaymethod(callee)));
  EXPECT_THAT(asked, HasSubstr("call1 --> call1 : unknown, asked again\n"));
  EXPECT_THAT(asked, Not(HasSubstr("canceled")));
}

class ReadmeTest : public ::testing::Test {
 protected:
  // A repository of one file.
  ReadmeTest() : root_(std::filesystem::path(::testing::TempDir()) / "readme") {
    std::filesystem::create_directories(root_);
    setenv("MARU_SOURCE_DIR", root_.c_str(), 1);
  }
  ~ReadmeTest() override { unsetenv("MARU_REWRITE"); }

  void Write(const std::string& text) { std::ofstream(root_ / "README.md") << text; }
  std::string Read() {
    std::ostringstream text;
    text << std::ifstream(root_ / "README.md").rdbuf();
    return text.str();
  }

  const std::filesystem::path root_;
  NoCallee callee_;
  const Declaration saga_ = Declare(example::RegisterPaymethod(callee_));
};

TEST_F(ReadmeTest, FailsUntilItIsRewritten) {
  Write("# 결제수단\n");
  EXPECT_EQ(testing::CheckReadme(saga_, "README.md").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Read(), "# 결제수단\n");
  setenv("MARU_REWRITE", "1", 1);
  EXPECT_TRUE(testing::CheckReadme(saga_, "README.md").ok());
  unsetenv("MARU_REWRITE");
  EXPECT_TRUE(testing::CheckReadme(saga_, "README.md").ok());
  EXPECT_THAT(Read(), HasSubstr("# 결제수단\n\n<!-- saga: register-paymethod -->\n```mermaid\n"));
}

TEST_F(ReadmeTest, ReplacesTheBlockAndNothingElse) {
  const std::string before = "before\n<!-- saga: register-paymethod -->\n```mermaid\n";
  Write(before + "old\n```\nbehind\n```sh\nls\n```\n");
  EXPECT_FALSE(testing::CheckReadme(saga_, "README.md").ok());
  setenv("MARU_REWRITE", "1", 1);
  EXPECT_TRUE(testing::CheckReadme(saga_, "README.md").ok());
  EXPECT_EQ(Read(), before + Diagram(saga_) + "```\nbehind\n```sh\nls\n```\n");
}

}  // namespace
}  // namespace maru::saga
