// Goal: what goes wrong below or around the store is said, loses nothing that was promised and
// promises nothing that was lost. Method: as conformance_transactions_test.cc, with faults of the
// engine and frames destroyed at each state.
#include "common/rpc/error.h"
#include "common/store/testing/conformance.h"
#include "maru/store/v1/store.pb.h"

namespace maru::store {
namespace {

using testing::HasSubstr;

class FaultConformanceTest : public StoreConformanceTest {
 protected:
  // Starts a task and keeps its frame in scope_.
  void Spawn(async::Task<void> task) {
    auto held = std::make_shared<async::Task<void>>(std::move(task));
    loop_.RunHere([this, held] {
      if (scope_ == nullptr) scope_ = std::make_unique<async::Scope>();
      scope_->Spawn(std::move(*held));
    });
  }
  // Destroys all frames that Spawn started.
  void Abandon() {
    loop_.RunHere([this] { scope_.reset(); });
  }
  ~FaultConformanceTest() override { Abandon(); }

  async::Task<void> RunAndForget(std::function<absl::Status(Txn&)> fn, std::atomic<int>* finished) {
    const absl::Status status = co_await store_->Apply(std::move(fn));
    if (status.ok()) ++*finished;
  }

  std::unique_ptr<async::Scope> scope_;
};

INSTANTIATE_TEST_SUITE_P(Engines, FaultConformanceTest,
                         testing::Values(EngineKind{"memory", MakeMemoryEngine},
                                         EngineKind{"rocksdb", MakeRocksDbEngine}),
                         [](const auto& engine) { return engine.param.name; });

TEST_P(FaultConformanceTest, AnAbandonedTransactionThatStillWaitsNeverRuns) {
  Open();
  Gate gate;
  engine_->OnSync([&gate] { return gate.Pass(); });
  auto first = std::async(std::launch::async, [&] { return WriteNow("a", "text"); });
  gate.AwaitArrival();
  std::atomic<int> finished = 0;
  Spawn(RunAndForget(
      [](Txn& txn) {
        kNotes.Put(txn, "abandoned", Text("never"));
        return absl::OkStatus();
      },
      &finished));
  Abandon();
  gate.Open();
  ASSERT_TRUE(first.get().ok());
  ASSERT_TRUE(WriteNow("b", "text").ok());
  EXPECT_EQ(Note("abandoned"), std::nullopt);
  EXPECT_EQ(finished, 0);
}

TEST_P(FaultConformanceTest, AbandoningARunningTransactionWaitsForItsEnd) {
  Open();
  Gate running;
  std::atomic<bool> ended = false;
  std::atomic<int> finished = 0;
  Spawn(RunAndForget(
      [&](Txn& txn) {
        RETURN_IF_ERROR(running.Pass());
        kNotes.Put(txn, "a", Text("text"));
        ended = true;
        return absl::OkStatus();
      },
      &finished));
  running.AwaitArrival();
  auto abandon = std::async(std::launch::async, [&] {
    Abandon();
    return ended.load();
  });
  EXPECT_EQ(abandon.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  running.Open();
  EXPECT_TRUE(abandon.get());
  // It had begun: its effect stays, its result is nobody's.
  ASSERT_TRUE(WriteNow("b", "text").ok());
  EXPECT_EQ(Note("a"), "text");
  EXPECT_EQ(finished, 0);
}

TEST_P(FaultConformanceTest, ATransactionAbandonedDuringItsCommitIsCommitted) {
  Open();
  Gate gate;
  engine_->OnSync([&gate] { return gate.Pass(); });
  std::atomic<int> finished = 0;
  Spawn(RunAndForget(
      [](Txn& txn) {
        kNotes.Put(txn, "a", Text("text"));
        return absl::OkStatus();
      },
      &finished));
  gate.AwaitArrival();
  Abandon();  // does not wait for the sync
  gate.Open();
  ASSERT_TRUE(WriteNow("b", "text").ok());
  EXPECT_EQ(Note("a"), "text");
  EXPECT_EQ(finished, 0);
}

TEST_P(FaultConformanceTest, AbandoningAReadThatWaitsForTheDiskWaitsForItsEnd) {
  Open();
  ASSERT_TRUE(WriteNow("a", "text").ok());
  Close();
  engine_->MakeCold();
  Open();
  Gate reading;
  Spawn([](Store& store, Gate& gate) -> async::Task<void> {
    const auto read = co_await store.Read([&gate](Reader& reader) -> absl::StatusOr<bool> {
      ASSIGN_OR_RETURN(const auto note, kNotes.Get(reader, "a"));
      RETURN_IF_ERROR(gate.Pass());
      return note.has_value();
    });
    ADD_FAILURE() << "resumed after it was abandoned: " << read.status();
  }(*store_, reading));
  reading.AwaitArrival();
  auto abandon = std::async(std::launch::async, [&] { Abandon(); });
  EXPECT_EQ(abandon.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  reading.Open();
  abandon.get();
}

TEST_P(FaultConformanceTest, MoreThanMayWaitAreRefusedAndNothingHappened) {
  options_.max_queued = 5;
  Open();
  Gate gate;
  engine_->OnSync([&gate] { return gate.Pass(); });
  auto first = std::async(std::launch::async, [&] { return WriteNow("a", "text"); });
  gate.AwaitArrival();
  std::atomic<int> finished = 0;
  for (int i = 0; i < 5; ++i) {
    Spawn(RunAndForget([](Txn&) { return absl::OkStatus(); }, &finished));
  }
  const absl::Status refused = ApplyNow([](Txn&) { return absl::OkStatus(); });
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(rpc::ReasonOf(refused), "OVERLOADED");
  EXPECT_TRUE(rpc::RetryDelayOf(refused).has_value());
  gate.Open();
  ASSERT_TRUE(first.get().ok());
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (finished < 5 && absl::Now() < deadline) loop_.RunHere([] {});
  EXPECT_EQ(finished, 5);
  EXPECT_TRUE(ApplyNow([](Txn&) { return absl::OkStatus(); }).ok());
}

TEST_P(FaultConformanceTest, AFullDiskRefusesWritesReadsGoOnAndItRecoversByItself) {
  Open();
  ASSERT_TRUE(WriteNow("a", "old").ok());
  engine_->SetDiskFull(true);
  const absl::Status refused = WriteNow("a", "new").status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(rpc::ReasonOf(refused), "DISK_FULL");
  EXPECT_TRUE(rpc::RetryDelayOf(refused).has_value());
  EXPECT_EQ(Note("a"), "old");
  EXPECT_EQ(LastSequence(), 1u);
  // What writes nothing needs no room.
  EXPECT_TRUE(ApplyNow([](Txn& txn) { return kNotes.Get(txn, "a").status(); }).ok());
  loop_.RunHere([&] { EXPECT_TRUE(store_->failure().ok()); });
  engine_->SetDiskFull(false);
  ASSERT_TRUE(WriteNow("a", "newer").ok());
  EXPECT_EQ(Note("a"), "newer");
  EXPECT_EQ(LastSequence(), 2u);
}

TEST_P(FaultConformanceTest, AResultThatRestsOnAFailedWriteIsNotGiven) {
  Open();
  engine_->SetDiskFull(true);
  Gate gate;
  std::vector<async::Task<absl::Status>> tasks;
  // Held in the first, so that the others are one group with the second.
  tasks.push_back(store_->Apply([&gate](Txn&) { return gate.Pass(); }));
  tasks.push_back(store_->Apply(
      [](Txn&) { return absl::AlreadyExistsError("before any write of the group"); }));
  tasks.push_back(store_->Apply([](Txn& txn) {
    kNotes.Put(txn, "a", Text("text"));
    return absl::OkStatus();
  }));
  tasks.push_back(store_->Apply([](Txn& txn) -> absl::Status {
    ASSIGN_OR_RETURN(const auto note, kNotes.Get(txn, "a"));
    return note.has_value() ? absl::AlreadyExistsError("a") : absl::OkStatus();
  }));
  auto results = std::async(std::launch::async,
                            [&] { return loop_.BlockOn(async::WhenAll(std::move(tasks))); });
  gate.AwaitArrival();
  loop_.RunHere([] {});
  gate.Open();
  const std::vector<absl::Status> got = results.get();
  EXPECT_TRUE(got[0].ok());
  EXPECT_TRUE(absl::IsAlreadyExists(got[1]));
  EXPECT_EQ(rpc::ReasonOf(got[2]), "DISK_FULL");
  EXPECT_EQ(rpc::ReasonOf(got[3]), "DISK_FULL");
}

TEST_P(FaultConformanceTest, AFailedSyncEndsAllWritingAndIsTold) {
  Open();
  ASSERT_TRUE(WriteNow("a", "old").ok());
  engine_->OnSync([] { return absl::InternalError("injected EIO"); });
  auto told = std::async(std::launch::async, [&] {
    return loop_.BlockOn([](Store& store) -> async::Task<absl::Status> {
      while (store.failure().ok()) co_await store.failed().Wait();
      co_return store.failure();
    }(*store_));
  });
  const absl::Status unknown = WriteNow("a", "new").status();
  EXPECT_EQ(unknown.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(rpc::ReasonOf(unknown), "STORE_FAILED");
  EXPECT_THAT(std::string(told.get().message()), HasSubstr("injected EIO"));
  // The disk is well again; the store does not believe it.
  engine_->OnSync(nullptr);
  EXPECT_EQ(rpc::ReasonOf(WriteNow("b", "text").status()), "STORE_FAILED");
  EXPECT_EQ(rpc::ReasonOf(ApplyNow([](Txn&) { return absl::OkStatus(); })), "STORE_FAILED");
  EXPECT_EQ(Note("a"), "old");
  EXPECT_EQ(LastSequence(), 1u);
  // After a restart it is whole, with or without the unknown write.
  Reopen();
  EXPECT_THAT(Note("a"), testing::AnyOf("old", "new"));
  EXPECT_EQ(LastSequence(), Note("a") == "old" ? 1u : 2u);
  EXPECT_TRUE(WriteNow("b", "text").ok());
}

TEST_P(FaultConformanceTest, DataOfAnotherDeploymentIsRefused) {
  Open();
  Close();
  options_.deployment = "datecourse-review";
  const absl::Status refused = TryOpen();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("datecourse-test"));
}

TEST_P(FaultConformanceTest, ANewerFormatIsRefused) {
  Open();
  Close();
  v1::Format format;
  format.set_format_version(2);
  format.set_deployment("datecourse-test");
  engine_->Damage(EncodeKey<>(kFormatTable), format.SerializeAsString());
  const absl::Status refused = TryOpen();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("format 2"));
}

TEST_P(FaultConformanceTest, DataWithoutAReadableFormatRecordIsDamaged) {
  Open();
  ASSERT_TRUE(WriteNow("a", "text").ok());
  Close();
  engine_->Damage(EncodeKey<>(kFormatTable), "\xff\xff");
  EXPECT_TRUE(absl::IsDataLoss(TryOpen()));
  engine_->Damage(EncodeKey<>(kFormatTable), std::nullopt);
  EXPECT_TRUE(absl::IsDataLoss(TryOpen()));
}

TEST_P(FaultConformanceTest, ADamagedRowIsDataLossThatNamesTableAndKey) {
  Open();
  ASSERT_TRUE(WriteNow("a", "text").ok());
  Close();
  engine_->Damage(kNotes.KeyOf("a"), "\xff\xff");
  Open();
  const absl::Status damaged =
      ReadNow([](Reader& reader) { return kNotes.Get(reader, "a"); }).status();
  EXPECT_TRUE(absl::IsDataLoss(damaged));
  EXPECT_THAT(std::string(damaged.message()), HasSubstr("notes"));
  EXPECT_THAT(std::string(damaged.message()), HasSubstr("00000020610001"));
  EXPECT_TRUE(
      absl::IsDataLoss(ReadNow([](Reader& reader) { return kNotes.Scan(reader, {}); }).status()));
}

TEST_P(FaultConformanceTest, TheFolderIsOpenOnce) {
  Open();
  const absl::Status second = engine_->Open().status();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.message()), HasSubstr("in use"));
  EXPECT_TRUE(WriteNow("a", "text").ok());
}

TEST_P(FaultConformanceTest, TwoStoresInOneProcessDoNotSeeEachOther) {
  Open();
  const std::unique_ptr<Engine> other_engine = GetParam().make();
  StoreOptions other_options = options_;
  other_options.deployment = "datecourse-other";
  auto other = Store::Open(other_options, *other_engine->Open(), loop_, random_);
  ASSERT_TRUE(other.ok());
  ASSERT_TRUE(WriteNow("a", "text").ok());
  const auto note =
      loop_.BlockOn((*other)->Read([](Reader& reader) { return kNotes.Get(reader, "a"); }));
  ASSERT_TRUE(note.ok());
  EXPECT_FALSE(note->has_value());
  EXPECT_NE((*other)->store_id(), store_->store_id());
  engine_->OnSync([] { return absl::InternalError("injected EIO"); });
  EXPECT_FALSE(WriteNow("b", "text").ok());
  EXPECT_TRUE(loop_
                  .BlockOn((*other)->Apply([](Txn& txn) {
                    kNotes.Put(txn, "b", Text("text"));
                    return absl::OkStatus();
                  }))
                  .ok());
  loop_.RunHere([&] { other->reset(); });
}

}  // namespace
}  // namespace maru::store
