// The store under virtual time: every step is the test's, so each moment of a transaction's life
// can be met.
#include "common/store/store.h"

#include "common/async/manual_executor.h"
#include "common/store/key.h"
#include "common/store/store_testing.h"
#include "common/store/table.h"
#include "common/store/tables.h"
#include "gmock/gmock.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"

// Events of these tests: any StringValue, keyed by its value.
namespace google::protobuf {
inline std::string_view MaruEventKey(const StringValue& event) { return event.value(); }
inline std::string_view MaruEventCorrelationId(const StringValue& event) { return event.value(); }
}  // namespace google::protobuf

namespace maru::store {
namespace {

using google::protobuf::StringValue;

constexpr Table<StringValue, std::string> kNotes(kFirstContextTable, "notes");

StringValue Text(std::string text) {
  StringValue value;
  value.set_value(std::move(text));
  return value;
}

class StoreTest : public testing::Test {
 protected:
  absl::StatusOr<StringValue> Write(const rpc::CallContext& call, const std::string& id,
                                    const std::string& text) {
    return RunOn(executor_, store_->Transact(call, [&](Txn& txn) -> absl::StatusOr<StringValue> {
      kNotes.Put(txn, id, Text(text));
      txn.Emit(Text(id));
      return Text(text);
    }));
  }
  std::optional<std::string> Read(const std::string& id) {
    const auto row =
        RunOn(executor_, store_->Read([&](Reader& reader) { return kNotes.Get(reader, id); }));
    MARU_CHECK(row.ok());
    return row->has_value() ? std::optional((*row)->value()) : std::nullopt;
  }

  async::ManualExecutor executor_;
  TestStore store_{executor_};
};

TEST_F(StoreTest, WritesAreReadBackAfterACrash) {
  const rpc::CallContext call = TestCall();
  ASSERT_TRUE(Write(call, "노트", "안녕하세요").ok());
  store_.Crash();
  store_.Reopen();
  EXPECT_EQ(Read("노트"), "안녕하세요");
  EXPECT_EQ(store_->last_sequence(), 1u);
  ASSERT_EQ(call.published().entries_size(), 1);
}

}  // namespace
}  // namespace maru::store
