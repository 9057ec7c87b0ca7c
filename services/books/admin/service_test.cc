// Goal: anybody signed in sees all books, newest first. Method: the view and its queries over a
// store in memory, without a transport.
#include "services/books/admin/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/books/book/v1/events.maru.h"
#include "services/books/admin/view.h"
#include "services/testing/test_context.h"

namespace maru::books::admin {
namespace {

using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using rpc::ReasonOf;

// Live in a store that was never rebuilt.
constexpr uint32_t kGeneration = 1;

class AdminServiceTest : public ::testing::Test {
 protected:
  AdminServiceTest() {
    AddView(view_);
    context_.Route(events::Routes::Of("books", view_, kGeneration));
  }

  void Hear(const std::string& text) {
    const auto event = Proto<book::v1::BookUpdated>(text);
    const absl::Status heard = context_.Hear(Enveloped("books.book", "e1", event));
    ASSERT_TRUE(heard.ok()) << heard;
  }
  absl::StatusOr<v1::BookView> Get(const std::string& id) {
    v1::GetBookViewRequest request;
    request.set_book_id(id);
    const rpc::CallContext call = CallBy("librarian:sujin");
    return context_.Run(service_.GetBookView(call, request));
  }
  std::vector<std::string> List(const std::string& text = "") {
    const auto request = Proto<v1::ListBookViewsRequest>(text);
    const rpc::CallContext call = CallBy("customer:kim");
    const auto page = context_.Run(service_.ListBookViews(call, request));
    MARU_CHECK(page.ok());
    std::vector<std::string> ids;
    for (const v1::BookView& view : page->book_views()) ids.push_back(view.book_id());
    return ids;
  }

  using Ids = std::vector<std::string>;
  async::ManualExecutor executor_;
  maru::testing::TestContext context_{executor_, "books", "admin"};
  events::View view_;
  AdminService service_{context_.store()};
};

TEST_F(AdminServiceTest, ShowsTheLastRevision) {
  EXPECT_EQ(ReasonOf(Get("dune").status()), "NOT_FOUND");
  Hear("book_id: 'dune' stock: 3 version: '1.0' revision: 1");
  Hear("book_id: 'dune' stock: 100 version: '2.0' revision: 3");
  Hear("book_id: 'dune' stock: 2 version: '1.0' revision: 2");
  EXPECT_EQ(Get("dune")->stock(), 100);
  EXPECT_EQ(Get("dune")->version(), "2.0");
}

TEST_F(AdminServiceTest, ListsBooksNewestFirst) {
  Hear("book_id: 'zebra' revision: 1 create_time { seconds: 1 }");
  Hear("book_id: 'apple' revision: 1 create_time { seconds: 2 }");
  Hear("book_id: 'mango' revision: 1 create_time { seconds: 3 }");
  Hear("book_id: 'zebra' revision: 2 create_time { seconds: 1 }");
  EXPECT_EQ(List(), (Ids{"mango", "apple", "zebra"}));
  EXPECT_EQ(List("page_size: 2"), (Ids{"mango", "apple"}));
}

}  // namespace
}  // namespace maru::books::admin
