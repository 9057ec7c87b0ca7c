// Goal: library and book agree on what came, whatever is down or lost between them; Renew needs
// nobody. Method: handlers over stores in memory, without a transport; book is the real one.
#include "services/books/library/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "services/books/book/policies.h"
#include "services/books/book/service.h"
#include "services/books/library/saga.h"
#include "services/testing/direct_caller.h"
#include "services/testing/test_context.h"

namespace maru::books::library {
namespace {

using ::maru::testing::CallBy;
using rpc::ReasonOf;

constexpr char kSujin[] = "librarian:sujin";
constexpr char kRequestId[] = "0190f0e0-7c1c-7a3e-8000-000000000001";

class RefusingCaller final : public rpc::Caller {
 public:
  async::Task<rpc::EncodedReply> Call(const rpc::CallContext&, const rpc::MethodInfo&,
                                      std::string) override {
    co_return absl::PermissionDeniedError("not you");
  }
};

class LibraryServiceTest : public ::testing::Test {
 protected:
  LibraryServiceTest() {
    events::Policies policies;
    book::AddPolicies(policies);
    book_context_.Route(events::Routes::Of("books", policies));
  }

  absl::StatusOr<v1::Library> Warehouse(int64_t quantity, bool allow_pending = false,
                                        const std::string& version = "1.0",
                                        const std::string& request_id = "") {
    v1::WarehouseRequest request;
    request.set_book_id("dune");
    request.set_name("듄");
    request.set_quantity(quantity);
    request.set_version(version);
    request.set_allow_pending(allow_pending);
    const rpc::CallContext call = CallBy(kSujin, request_id, std::to_string(quantity));
    return context_.Run(service_.Warehouse(call, request));
  }
  absl::StatusOr<v1::Library> Renew(const std::string& version,
                                    const std::string& request_id = "") {
    v1::RenewRequest request;
    request.set_book_id("dune");
    request.set_version(version);
    const rpc::CallContext call = CallBy(kSujin, request_id, version);
    return context_.Run(service_.Renew(call, request));
  }
  v1::Library Get(const std::string& id) {
    v1::GetLibraryRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy("customer:kim");
    return context_.Run(service_.GetLibrary(call, request)).value();
  }
  std::vector<std::string> List(const std::string& text = "") {
    const auto request = Proto<v1::ListLibrariesRequest>(text);
    const rpc::CallContext call = CallBy("customer:kim");
    std::vector<std::string> versions;
    const auto page = context_.Run(service_.ListLibraries(call, request));
    MARU_CHECK(page.ok());
    for (const v1::Library& row : page->libraries()) versions.push_back(row.version());
    return versions;
  }
  // Copies that book has; -1: it has no such book.
  int64_t Stock() {
    book::v1::GetBookRequest request;
    request.set_id("dune");
    const rpc::CallContext call = CallBy("customer:kim");
    const auto found = book_context_.Run(book_.GetBook(call, request));
    return found.ok() ? found->stock() : -1;
  }
  // Book hears what library told; the names of it.
  std::vector<std::string> Tell() {
    std::vector<std::string> told;
    for (const event::v1::Event& event : context_.Emitted()) {
      EXPECT_EQ(event.key(), "dune");
      told.push_back(event.type().substr(event.type().rfind('.') + 1));
      MARU_CHECK(book_context_.Hear(event).ok());
    }
    return told;
  }
  static std::string IdOf(const absl::Status& refusal) {
    return rpc::ErrorInfoOf(refusal)->metadata().at("id");
  }

  using Texts = std::vector<std::string>;
  using Status = v1::Library;
  async::ManualExecutor executor_;
  maru::testing::TestContext book_context_{executor_, "books", "book"};
  book::BookService book_{book_context_.store()};
  maru::testing::DirectCaller to_book_directly_{book_};
  maru::testing::DirectCaller to_book_{book_};
  maru::testing::TestContext context_{executor_, "books", "library"};
  LibraryService service_{context_.store(), context_.sagas().Add(library::Warehouse(to_book_))};
};

TEST_F(LibraryServiceTest, WarehouseIsConfirmedOnceBookHasIt) {
  const auto row = Warehouse(3, false, "1.0", kRequestId);
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->status(), Status::STATUS_CONFIRMED);
  EXPECT_EQ(Warehouse(3, false, "1.0", kRequestId)->id(), row->id());
  EXPECT_EQ(Stock(), 3);
  EXPECT_EQ(Tell(), Texts{"Warehoused"});
  EXPECT_EQ(Stock(), 3) << "book has them already";
}

TEST_F(LibraryServiceTest, BookDownFailsAtOnceAndTheSameRequestIdBeginsAnew) {
  to_book_.SetDown(true);
  const auto refused = Warehouse(3, false, "1.0", kRequestId);
  EXPECT_TRUE(absl::IsUnavailable(refused.status()));
  EXPECT_TRUE(rpc::RetryDelayOf(refused.status()).has_value());
  EXPECT_EQ(List("status: STATUS_FAILED").size(), 1);
  to_book_.SetDown(false);
  EXPECT_TRUE(Warehouse(3, false, "1.0", kRequestId).ok());
  EXPECT_EQ(Stock(), 3);
  EXPECT_EQ(Tell(), Texts{"Warehoused"});
}

// What book has no reason for: "refused or unreachable → FAILED and UNAVAILABLE" (domain.md).
TEST_F(LibraryServiceTest, ARefusalFailsAsIfBookWereDown) {
  RefusingCaller refusing;
  to_book_.Through(refusing);
  for (const bool allow_pending : {false, true}) {
    const auto failed = Warehouse(3, allow_pending, "1.0", kRequestId);
    EXPECT_EQ(ReasonOf(failed.status()), "CALLEE_UNAVAILABLE") << failed.status();
    EXPECT_TRUE(rpc::RetryDelayOf(failed.status()).has_value());
    EXPECT_EQ(Get(IdOf(failed.status())).status(), Status::STATUS_FAILED);
  }
  to_book_.Through(to_book_directly_);
  EXPECT_TRUE(Warehouse(3, false, "1.0", kRequestId).ok());
  EXPECT_EQ(Stock(), 3);
}

TEST_F(LibraryServiceTest, ALostAnswerIsSettledAsAppliedAndNeverSubtracted) {
  to_book_.LoseAnswers(true);
  const auto unknown = Warehouse(3);
  EXPECT_TRUE(absl::IsUnavailable(unknown.status()));
  const std::string id = IdOf(unknown.status());
  EXPECT_EQ(Get(id).status(), Status::STATUS_PENDING);
  EXPECT_EQ(Tell(), Texts{});
  to_book_.LoseAnswers(false);
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(Get(id).status(), Status::STATUS_CONFIRMED);
  EXPECT_EQ(Stock(), 3);
  EXPECT_EQ(Tell(), Texts{"Warehoused"});
}

TEST_F(LibraryServiceTest, ALostRequestIsSettledAsNotAppliedAndFailed) {
  to_book_.LoseRequests(true);
  const auto unknown = Warehouse(3);
  EXPECT_TRUE(absl::IsUnavailable(unknown.status()));
  const std::string id = IdOf(unknown.status());
  EXPECT_EQ(Get(id).status(), Status::STATUS_PENDING);
  to_book_.LoseRequests(false);
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(Get(id).status(), Status::STATUS_FAILED);
  // The request arrives after all.
  book::v1::ReceiveRequest late;
  late.set_library_id(id);
  late.set_book_id("dune");
  late.set_quantity(3);
  late.set_version("1.0");
  const rpc::CallContext call = CallBy("service:library");
  EXPECT_EQ(ReasonOf(book_context_.Run(book_.Receive(call, late)).status()), "RECEIPT_FENCED");
  EXPECT_EQ(Stock(), -1);
  EXPECT_EQ(Tell(), Texts{});
}

TEST_F(LibraryServiceTest, WithAllowPendingItIsAnsweredAndTakenInOnceWhenBookIsBack) {
  to_book_.SetDown(true);
  const auto row = Warehouse(3, true);
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->status(), Status::STATUS_PENDING);
  executor_.Advance(absl::Hours(1));
  EXPECT_EQ(Get(row->id()).status(), Status::STATUS_PENDING);
  EXPECT_EQ(Tell(), Texts{});
  to_book_.SetDown(false);
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(Get(row->id()).status(), Status::STATUS_CONFIRMED);
  EXPECT_EQ(Stock(), 3);
  EXPECT_EQ(Tell(), Texts{"Warehoused"});
}

TEST_F(LibraryServiceTest, RenewWorksWhileBookIsDownAndIsAppliedWhenItIsBack) {
  ASSERT_TRUE(Warehouse(3).ok());
  to_book_.SetDown(true);
  const int calls = to_book_.calls();
  ASSERT_TRUE(Renew("2.0", kRequestId).ok());
  ASSERT_TRUE(Renew("2.0", kRequestId).ok()) << "the same one";
  EXPECT_EQ(ReasonOf(Renew("2.0").status()), "VERSION_NOT_NEWER");
  EXPECT_EQ(to_book_.calls(), calls);
  EXPECT_EQ(Stock(), 3);
  to_book_.SetDown(false);
  EXPECT_EQ(Tell(), (Texts{"Warehoused", "Renewed"}));
  EXPECT_EQ(Stock(), 100);
}

TEST_F(LibraryServiceTest, ARenewalOfAnUnknownBookCreatesIt) {
  ASSERT_TRUE(Renew("1.0").ok());
  EXPECT_EQ(Tell(), Texts{"Renewed"});
  EXPECT_EQ(Stock(), 100);
}

TEST_F(LibraryServiceTest, KnowsTheVersionThatBookAnsweredWith) {
  book::v1::ReceiveRequest by_another;
  by_another.set_library_id("l0");
  by_another.set_book_id("dune");
  by_another.set_quantity(1);
  by_another.set_version("4.0");
  const rpc::CallContext call = CallBy("service:library");
  ASSERT_TRUE(book_context_.Run(book_.Receive(call, by_another)).ok());
  ASSERT_TRUE(Renew("3.0").ok()) << "library does not know better yet";
  ASSERT_TRUE(Warehouse(1, false, "2.0").ok());
  EXPECT_EQ(ReasonOf(Renew("3.5").status()), "VERSION_NOT_NEWER");
  EXPECT_TRUE(Renew("4.1").ok());
}

TEST_F(LibraryServiceTest, ListsAreFilteredAndPaged) {
  ASSERT_TRUE(Warehouse(1).ok());
  ASSERT_TRUE(Renew("2.0").ok());
  to_book_.SetDown(true);
  ASSERT_FALSE(Warehouse(1, false, "3.0").ok());
  EXPECT_EQ(List(), (Texts{"3.0", "2.0", "1.0"}));
  EXPECT_EQ(List("page_size: 1"), Texts{"3.0"});
  EXPECT_EQ(List("book_id: 'dune' status: STATUS_CONFIRMED"), (Texts{"2.0", "1.0"}));
  EXPECT_EQ(List("book_id: 'other'"), Texts{});
  const rpc::CallContext call = CallBy("customer:kim");
  v1::GetLibraryRequest unknown;
  unknown.set_id("unknown");
  EXPECT_EQ(ReasonOf(context_.Run(service_.GetLibrary(call, unknown)).status()), "NOT_FOUND");
}

}  // namespace
}  // namespace maru::books::library
