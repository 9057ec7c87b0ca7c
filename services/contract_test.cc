// Goal: contracts offer what domain.md (sections 1–5) says and nothing else: who may command, under
// which path, which calls contexts make within which time, and what is told under which key.
// Method: its tables, a test for each row, against the options of every contract.
#include <algorithm>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "google/api/annotations.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor_database.h"
#include "gtest/gtest.h"
#include "maru/options/v1/options.pb.h"

namespace maru {
namespace {

using google::api::HttpRule;
using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using options::v1::MethodPolicy;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using Names = std::set<std::string>;

// One deployment's command of a person: who may, where.
struct Command {
  std::string system;
  std::string context;
  std::string method;
  std::string role;
  std::string path;
};

const Command kCommands[] = {
    {"datecourse", "schedule", "RegisterSchedule", "host", "POST schedules"},
    {"datecourse", "schedule", "ModifySchedule", "host", "PATCH schedules/{schedule.id}"},
    {"datecourse", "schedule", "DeleteSchedule", "host", "DELETE schedules/{id}"},
    {"datecourse", "communication", "Register", "customer", "POST communications"},
    {"datecourse", "communication", "ModifyComment", "customer",
     "PATCH communications/{communication.id}"},
    {"datecourse", "communication", "DeleteCommunication", "customer",
     "DELETE communications/{id}"},
    {"datecourse", "review", "WriteReview", "customer", "POST reviews"},
    {"datecourse", "review", "ModifyReview", "customer", "PATCH reviews/{review.id}"},
    {"datecourse", "review", "DeleteReview", "customer", "DELETE reviews/{id}"},
    {"datecourse", "message", "MarkRead", "any", "POST messages/{id}:read"},
    {"homecleaning", "reservation", "RequestCleaning", "customer", "POST cleaningReservations"},
    {"homecleaning", "reservation", "CancelReservation", "customer",
     "DELETE cleaningReservations/{id}"},
    {"homecleaning", "cleaning", "StartCleaning", "cleaner", "POST cleanings/{id}:start"},
    {"homecleaning", "cleaning", "FinishCleaning", "cleaner", "POST cleanings/{id}:finish"},
    {"homecleaning", "paymethod", "RegisterPaymethod", "customer", "POST paymethods"},
    {"homecleaning", "paymethod", "ChangePaymethod", "customer", "PATCH paymethods/{paymethod.id}"},
    {"homecleaning", "message", "MarkRead", "any", "POST messages/{id}:read"},
    {"books", "library", "Warehouse", "librarian", "POST libraries"},
    {"books", "library", "Renew", "librarian", "POST libraries:renew"},
    {"books", "reservation", "Reserve", "customer", "POST reservations"},
    {"books", "reservation", "CancelReservation", "customer", "DELETE reservations/{id}"},
    {"food", "order", "PlaceOrder", "customer", "POST orders"},
    {"food", "order", "CancelOrder", "customer", "DELETE orders/{id}"},
    {"food", "store", "AcceptOrder", "owner", "POST storeOrders/{id}:accept"},
    {"food", "store", "RejectOrder", "owner", "POST storeOrders/{id}:reject"},
    {"food", "store", "StartCooking", "owner", "POST storeOrders/{id}:startCooking"},
    {"food", "store", "FinishCooking", "owner", "POST storeOrders/{id}:finishCooking"},
    {"food", "delivery", "PickUp", "rider", "POST deliveries/{id}:pickUp"},
    {"food", "delivery", "CompleteDelivery", "rider", "POST deliveries/{id}:complete"},
    {"fashion", "product", "RegisterProduct", "owner", "POST products"},
    {"fashion", "product", "ModifyProduct", "owner", "PATCH products/{product.id}"},
    {"fashion", "product", "AddStock", "owner", "POST products/{id}:addStock"},
    {"fashion", "product", "RemoveProduct", "owner", "DELETE products/{id}"},
    {"fashion", "order", "PlaceOrder", "customer", "POST orders"},
    {"fashion", "order", "CancelOrder", "customer", "DELETE orders/{id}"},
    {"fashion", "store", "AcceptOrder", "owner", "POST storeOrders/{id}:accept"},
    {"fashion", "store", "ConfirmCancel", "owner", "POST storeOrders/{id}:confirmCancel"},
    {"fashion", "store", "SetAutoAccept", "owner", "PATCH stores/{store.store_id}"},
    {"fashion", "delivery", "CompleteDelivery", "rider", "POST deliveries/{id}:complete"},
};

// What one deployment shows. Who may see which row is the handlers' to decide.
struct Read {
  std::string system;
  std::string context;
  // After its collection: the id of one row.
  std::string id;
  std::string collection;
};

const Read kReads[] = {
    {"datecourse", "schedule", "id", "schedules"},
    {"datecourse", "communication", "id", "communications"},
    {"datecourse", "review", "id", "reviews"},
    {"datecourse", "message", "id", "messages"},
    {"datecourse", "viewpage", "schedule_id", "scheduleViews"},
    {"homecleaning", "reservation", "id", "cleaningReservations"},
    {"homecleaning", "payment", "id", "payments"},
    {"homecleaning", "paymethod", "id", "paymethods"},
    {"homecleaning", "cleaning", "id", "cleanings"},
    {"homecleaning", "message", "id", "messages"},
    {"homecleaning", "dashboard", "reservation_id", "dashboards"},
    {"books", "library", "id", "libraries"},
    {"books", "book", "id", "books"},
    {"books", "admin", "book_id", "admins"},
    {"books", "reservation", "id", "reservations"},
    {"books", "delivery", "id", "deliveries"},
    {"books", "mypage", "reservation_id", "myPages"},
    {"food", "order", "id", "orders"},
    {"food", "payment", "id", "payments"},
    {"food", "store", "id", "storeOrders"},
    {"food", "delivery", "id", "deliveries"},
    {"food", "dashboard", "order_id", "dashboards"},
    {"fashion", "product", "id", "products"},
    {"fashion", "order", "id", "orders"},
    {"fashion", "payment", "id", "payments"},
    {"fashion", "store", "id", "storeOrders"},
    {"fashion", "delivery", "id", "deliveries"},
    {"fashion", "orderview", "order_id", "orderStatuses"},
};

// A call between contexts.
struct Call {
  std::string system;
  std::string context;
  std::string method;
  // Contexts that may; of the generic ones, in any system.
  std::vector<std::string> callers;
  int deadline_ms;
};

const Call kCalls[] = {
    {"datecourse", "schedule", "CheckReviewEligibility", {"review"}, 600},
    {"homecleaning", "payment", "Pay", {"order", "reservation"}, 600},
    {"homecleaning", "payment", "Cancel", {"order", "reservation"}, 600},
    {"homecleaning", "payment", "ChangePayKind", {"paymethod"}, 600},
    {"books", "book", "Receive", {"library"}, 777},
    {"books", "book", "SettleReceipt", {"library"}, 777},
    {"fashion", "product", "Reserve", {"order"}, 600},
    {"fashion", "product", "Release", {"order"}, 600},
};

// What a context tells, by the key that keeps its order. Correlated by the same, but for books'
// stock, which is one flow per row of library.
struct Told {
  std::string system;
  std::string context;
  std::string key;
  std::vector<std::string> events;
};

const Told kTold[] = {
    {"datecourse",
     "schedule",
     "schedule_id",
     {"ScheduleRegistered", "ScheduleModified", "ScheduleDeleted"}},
    {"datecourse",
     "communication",
     "schedule_id",
     {"CommentRegistered", "CommentModified", "CommentDeleted", "BookmarkRegistered",
      "BookmarkCanceled", "LikeRegistered", "LikeCanceled"}},
    {"datecourse",
     "review",
     "schedule_id",
     {"ReviewRegistered", "ReviewModified", "ReviewDeleted"}},
    {"homecleaning",
     "payment",
     "reference_id",
     {"PaymentApproved", "PaymentCanceled", "PaymentKindChanged", "PaymentKindRefused"}},
    {"homecleaning",
     "reservation",
     "reservation_id",
     {"CleaningRequested", "CleaningRequestCanceled"}},
    {"homecleaning", "cleaning", "reservation_id", {"CleaningConfirmed"}},
    {"homecleaning", "paymethod", "reservation_id", {"PaymethodRegistered", "PaymethodChanged"}},
    {"books", "library", "book_id", {"Warehoused", "Renewed"}},
    {"books", "book", "book_id", {"BookUpdated"}},
    {"books", "book", "reservation_id", {"BookIssued", "OutOfStock"}},
    {"books", "reservation", "reservation_id", {"Reserved", "ReservationCanceled"}},
    {"books",
     "delivery",
     "reservation_id",
     {"DeliveryRequested", "BookDelivered", "DeliveryCanceled"}},
    {"food", "order", "order_id", {"OrderPlaced", "OrderCancelRequested", "OrderCanceled"}},
    {"food",
     "store",
     "order_id",
     {"StoreAccepted", "StoreRejected", "CookStarted", "CookFinished", "StoreCanceled",
      "StoreCancelRefused"}},
    {"food", "delivery", "order_id", {"DeliveryStarted", "DeliveryPickedUp", "DeliveryCompleted"}},
    {"fashion",
     "product",
     "product_id",
     {"ProductRegistered", "ProductModified", "StockAdded", "ProductRemoved"}},
    {"fashion", "order", "order_id", {"OrderPlaced", "OrderCancelRequested", "OrderCanceled"}},
    {"fashion", "store", "order_id", {"StoreAccepted", "StoreCanceled"}},
    {"fashion",
     "delivery",
     "order_id",
     {"DeliveryStarted", "DeliveryCompleted", "DeliveryCanceled", "DeliveryCancelRefused"}},
};

// payment and message have one contract for all systems.
std::string PackageOf(const std::string& system, const std::string& context) {
  const bool generic = context == "payment" || context == "message";
  return absl::StrCat("maru.", generic ? "" : system + ".", context, ".v1");
}

// The files of the contracts of contexts: not what they keep, nor the runtime's.
std::vector<const FileDescriptor*> Contracts() {
  std::vector<std::string> names;
  DescriptorPool::internal_generated_database()->FindAllFileNames(&names);
  Names packages;
  for (const Read& row : kReads) packages.insert(PackageOf(row.system, row.context));
  std::vector<const FileDescriptor*> files;
  for (const std::string& name : names) {
    const FileDescriptor* file = DescriptorPool::generated_pool()->FindFileByName(name);
    if (packages.contains(file->package())) files.push_back(file);
  }
  return files;
}

std::vector<const MethodDescriptor*> Methods() {
  std::vector<const MethodDescriptor*> methods;
  for (const FileDescriptor* file : Contracts()) {
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        methods.push_back(file->service(i)->method(j));
      }
    }
  }
  return methods;
}

const MethodDescriptor* MethodOf(const std::string& system, const std::string& context,
                                 const std::string& name) {
  for (const MethodDescriptor* method : Methods()) {
    if (method->file()->package() == PackageOf(system, context) && method->name() == name) {
      return method;
    }
  }
  return nullptr;
}

const MethodPolicy& PolicyOf(const MethodDescriptor& method) {
  return method.options().GetExtension(options::v1::method);
}

// "owner"
Names RolesOf(const MethodDescriptor& method) {
  Names roles;
  for (const int role : PolicyOf(method).roles()) {
    roles.insert(absl::AsciiStrToLower(absl::StrReplaceAll(
        options::v1::Role_Name(static_cast<options::v1::Role>(role)), {{"ROLE_", ""}})));
  }
  return roles;
}

std::string PathOf(const HttpRule& rule) {
  switch (rule.pattern_case()) {
    case HttpRule::kGet:
      return "GET " + rule.get();
    case HttpRule::kPost:
      return "POST " + rule.post();
    case HttpRule::kPatch:
      return "PATCH " + rule.patch();
    case HttpRule::kDelete:
      return "DELETE " + rule.delete_();
    default:
      return "?";
  }
}

// "POST /api/food/orders", in every system that it is bound in.
Names PathsOf(const MethodDescriptor& method) {
  if (!method.options().HasExtension(google::api::http)) return {};
  const HttpRule& rule = method.options().GetExtension(google::api::http);
  Names paths{PathOf(rule)};
  for (const HttpRule& more : rule.additional_bindings()) paths.insert(PathOf(more));
  return paths;
}

// "POST orders" in food.
std::string FullPath(const std::string& system, const std::string& path) {
  return absl::StrReplaceAll(path, {{" ", absl::StrCat(" /api/", system, "/")}});
}

std::string NameOf(const Command& row) {
  return absl::StrCat(row.system, "_", row.context, "_", row.method);
}
std::string NameOf(const Read& row) {
  return absl::StrCat(row.system, "_", row.context, "_", row.collection);
}
std::string NameOf(const Call& row) {
  return absl::StrCat(row.system, "_", row.context, "_", row.method);
}
std::string NameOf(const Told& row) {
  return absl::StrCat(row.system, "_", row.context, "_by_", row.key);
}
template <class Row>
  requires requires(const Row& row) { NameOf(row); }
std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << NameOf(row);
}
constexpr auto kName = [](const auto& info) { return NameOf(info.param); };

class CommandTest : public testing::TestWithParam<Command> {};

TEST_P(CommandTest, IsForWhomAndWhereItIsSaidAndMayBeRepeated) {
  const Command& row = GetParam();
  const MethodDescriptor* method = MethodOf(row.system, row.context, row.method);
  ASSERT_NE(method, nullptr);
  EXPECT_THAT(RolesOf(*method), ElementsAre(row.role));
  EXPECT_TRUE(PathsOf(*method).contains(FullPath(row.system, row.path)));
  EXPECT_EQ(PolicyOf(*method).idempotency(), options::v1::IDEMPOTENCY_REQUEST_ID);
  EXPECT_GT(PolicyOf(*method).deadline().seconds(), 0);
}

INSTANTIATE_TEST_SUITE_P(Contracts, CommandTest, testing::ValuesIn(kCommands), kName);

class ReadTest : public testing::TestWithParam<Read> {};

TEST_P(ReadTest, OneRowAndAListForWhoeverIsSignedIn) {
  const Read& row = GetParam();
  const std::string list = FullPath(row.system, "GET " + row.collection);
  const std::string one = absl::StrCat(list, "/{", row.id, "}");
  Names found;
  for (const MethodDescriptor* method : Methods()) {
    if (method->file()->package() != PackageOf(row.system, row.context)) continue;
    for (const std::string& path : PathsOf(*method)) {
      if (path != list && path != one) continue;
      found.insert(path);
      EXPECT_THAT(RolesOf(*method), ElementsAre("any")) << path;
      EXPECT_EQ(PolicyOf(*method).idempotency(), options::v1::IDEMPOTENCY_QUERY) << path;
    }
  }
  EXPECT_THAT(found, ElementsAre(list, one));
}

INSTANTIATE_TEST_SUITE_P(Contracts, ReadTest, testing::ValuesIn(kReads), kName);

class CallTest : public testing::TestWithParam<Call> {};

TEST_P(CallTest, IsForItsCallersAloneWithinItsTimeAndBehindABreaker) {
  const Call& row = GetParam();
  const MethodDescriptor* method = MethodOf(row.system, row.context, row.method);
  ASSERT_NE(method, nullptr);
  const MethodPolicy& policy = PolicyOf(*method);
  EXPECT_THAT(RolesOf(*method), ElementsAre("service"));
  EXPECT_THAT(policy.callers(), testing::ElementsAreArray(row.callers));
  EXPECT_THAT(PathsOf(*method), IsEmpty()) << "nobody reaches it from outside";
  EXPECT_EQ(policy.deadline().seconds() * 1000 + policy.deadline().nanos() / 1'000'000,
            row.deadline_ms);
  EXPECT_NE(policy.breaker().class_(), "");
  EXPECT_NE(policy.idempotency(), options::v1::IDEMPOTENCY_NONE);
}

INSTANTIATE_TEST_SUITE_P(Contracts, CallTest, testing::ValuesIn(kCalls), kName);

class ToldTest : public testing::TestWithParam<Told> {};

TEST_P(ToldTest, KeepsItsOrderByWhatItIsAbout) {
  const Told& row = GetParam();
  for (const std::string& name : row.events) {
    SCOPED_TRACE(name);
    const Descriptor* event = DescriptorPool::generated_pool()->FindMessageTypeByName(
        absl::StrCat(PackageOf(row.system, row.context), ".", name));
    ASSERT_NE(event, nullptr);
    ASSERT_TRUE(event->options().HasExtension(options::v1::event));
    const options::v1::EventPolicy& policy = event->options().GetExtension(options::v1::event);
    EXPECT_EQ(policy.key().empty() ? policy.correlation_id() : policy.key(), row.key);
  }
}

INSTANTIATE_TEST_SUITE_P(Contracts, ToldTest, testing::ValuesIn(kTold), kName);

TEST(ContractTest, NobodyCanDoOrReadAnythingElse) {
  Names wanted{"GET /api/food/dashboards/{order_id}:watch", "GET /api/fashion/stores/{store_id}"};
  for (const Command& row : kCommands) wanted.insert(FullPath(row.system, row.path));
  for (const Read& row : kReads) {
    const std::string list = FullPath(row.system, "GET " + row.collection);
    wanted.insert({list, absl::StrCat(list, "/{", row.id, "}")});
  }
  Names calls;
  for (const Call& row : kCalls) {
    calls.insert(absl::StrCat(PackageOf(row.system, row.context), ".", row.method));
  }
  Names found;
  for (const MethodDescriptor* method : Methods()) {
    const Names paths = PathsOf(*method);
    found.insert(paths.begin(), paths.end());
    if (!paths.empty()) continue;
    EXPECT_EQ(calls.count(absl::StrCat(method->file()->package(), ".", method->name())), 1)
        << method->full_name();
  }
  EXPECT_EQ(found, wanted);
}

TEST(ContractTest, NothingElseIsTold) {
  Names wanted;
  for (const Told& row : kTold) {
    for (const std::string& name : row.events) {
      wanted.insert(absl::StrCat(PackageOf(row.system, row.context), ".", name));
    }
  }
  Names found;
  for (const FileDescriptor* file : Contracts()) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      const Descriptor& type = *file->message_type(i);
      if (type.options().HasExtension(options::v1::event)) found.insert(type.full_name());
    }
  }
  EXPECT_THAT(found, Not(IsEmpty()));
  EXPECT_EQ(found, wanted);
}

}  // namespace
}  // namespace maru
