// Goal: a view can be rebuilt while it serves and while events arrive: queries never see less than
// before, read-your-writes holds, nothing is left of the old copy; a crash at any moment of it
// changes nothing. Method: a producer and a view over stores and a broker in memory under virtual
// time. The view appends to what it heard of a key, so that a repeat, a loss or another order
// shows.
#include "common/events/view_runner.h"

#include "common/events/events_testing.h"
#include "common/events/partition.h"
#include "common/store/table.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maru::events {
namespace {

using maru::store::Reader;
using testing::IsEmpty;
using testing::StartsWith;

class ViewRunnerTest : public testing::Test {
 protected:
  ViewRunnerTest() {
    view_.Event<StringValue>(
        "producer", [this](ViewContext to, const event::v1::Event&, const StringValue& event) {
          const Faults& faults = to.generation == 1 ? faults_ : faults_of_copies_;
          return Hear(to.txn, to.generation, faults, event);
        });
    Open();
  }

  void Open() {
    ViewOptions options;
    options.system = "datecourse";
    options.tables = {kHeardTable};
    options.subscriber.deployment = "datecourse-viewpage";
    options.subscriber.member = "datecourse-viewpage/1";
    registry_ = std::make_unique<prometheus::Registry>();
    Environment environment{executor_, random_, *store_, bus_, journal_, *registry_};
    runner_ = std::make_unique<ViewRunner>(environment, options, view_);
    ASSERT_TRUE(RunJust(executor_, runner_->Open()).ok());
  }
  void Crash() {
    runner_.reset();
    store_.Crash();
    store_.Reopen();
    Open();
  }
  Generation Rebuild() { return RunJust(executor_, runner_->Rebuild()).value(); }

  Generation Live() {
    return RunJust(executor_, store_->Read([](Reader& reader) { return LiveGeneration(reader); }))
        .value();
  }
  // As a query reads: the live copy of its own snapshot.
  std::string Heard(std::string_view key) {
    const auto read = [key](Reader& reader) -> absl::StatusOr<std::string> {
      ASSIGN_OR_RETURN(const Generation live, LiveGeneration(reader));
      ASSIGN_OR_RETURN(const std::optional<std::string> heard, reader.Get(HeardKey(live, key)));
      return heard.value_or("");
    };
    return RunJust(executor_, store_->Read(read)).value();
  }
  size_t RowsOf(Generation generation) {
    const auto count = [generation](Reader& reader) -> absl::StatusOr<size_t> {
      size_t rows = 0;
      for (const auto& range : {maru::store::GenerationRange(kHeardTable, generation),
                                kPositions.Range(ViewId(generation).name, generation),
                                kParkedEvents.Range(ViewId(generation).name, generation),
                                kRetries.Range(ViewId(generation).name, generation)}) {
        const auto cursor = reader.Scan(range, maru::store::Direction::kForward);
        for (; cursor->Valid(); cursor->Next()) ++rows;
        RETURN_IF_ERROR(cursor->status());
      }
      return rows;
    };
    return RunJust(executor_, store_->Read(count)).value();
  }

  async::ManualExecutor executor_;
  MemoryBus bus_{executor_};
  Producer producer_{executor_, bus_};
  maru::store::SeededRandom random_;
  TestJournal journal_;
  Faults faults_;
  Faults faults_of_copies_;
  View view_;
  std::unique_ptr<prometheus::Registry> registry_;
  maru::store::TestStore store_{executor_, "datecourse-viewpage", "datecourse.viewpage"};
  std::unique_ptr<ViewRunner> runner_;
};

TEST_F(ViewRunnerTest, TheFirstGenerationServesWithoutARebuild) {
  producer_.Say("서울", {"봄", "여름"});
  executor_.Advance(absl::Seconds(1));
  EXPECT_EQ(Live(), 1u);
  EXPECT_EQ(Heard("서울"), "봄 여름");
}

TEST_F(ViewRunnerTest, ARebuildUnderTrafficNeverShowsLessAndDeletesTheOldCopy) {
  std::string want;
  std::string seen;
  Generation rebuilt = 0;
  for (int i = 0; i < 300; ++i) {
    producer_.Say("k", {absl::StrCat(i)});
    absl::StrAppend(&want, want.empty() ? "" : " ", i);
    executor_.Advance(absl::Milliseconds(10));
    if (i == 100) rebuilt = Rebuild();
    const std::string now = Heard("k");
    EXPECT_THAT(now, StartsWith(seen));
    EXPECT_THAT(want, StartsWith(now));
    seen = now;
  }
  executor_.Advance(absl::Seconds(5));
  EXPECT_EQ(rebuilt, 2u);
  EXPECT_EQ(Live(), 2u);
  EXPECT_EQ(Heard("k"), want);
  EXPECT_EQ(RowsOf(1), 0u);
  EXPECT_EQ(runner_->subscribers().size(), 1u);
}

TEST_F(ViewRunnerTest, ACrashAtAnyMomentOfARebuildLetsItGoOn) {
  std::string want;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 40; ++i) {
      producer_.Say("k", {absl::StrCat(round, ".", i)});
      absl::StrAppend(&want, want.empty() ? "" : " ", round, ".", i);
      if (i == 0) Rebuild();
      executor_.Advance(absl::Milliseconds(17 * (i % 20)));
      for (int step = 0; step < i; ++step) executor_.RunOne();
      Crash();
      EXPECT_THAT(want, StartsWith(Heard("k")));
    }
    executor_.Advance(absl::Seconds(10));
    EXPECT_EQ(Heard("k"), want);
    EXPECT_EQ(Live(), static_cast<Generation>(round + 2));
    EXPECT_EQ(RowsOf(Live() - 1), 0u);
  }
}

TEST_F(ViewRunnerTest, ASecondRebuildJoinsTheFirst) {
  EXPECT_EQ(Rebuild(), 2u);
  EXPECT_EQ(Rebuild(), 2u);
  executor_.Advance(absl::Seconds(5));
  EXPECT_EQ(Rebuild(), 3u);
}

TEST_F(ViewRunnerTest, ACopyThatCannotApplyWhatTheLiveOneCouldIsNotSwitchedTo) {
  faults_of_copies_["2"] = absl::InvalidArgumentError("the new code does not know this");
  producer_.Say("k", {"1", "2", "3"});
  executor_.Advance(absl::Seconds(1));
  Rebuild();
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(Live(), 1u);
  EXPECT_EQ(Heard("k"), "1 2 3");
  faults_of_copies_.clear();
  executor_.Advance(absl::Minutes(10));
  EXPECT_EQ(Live(), 2u);
  EXPECT_EQ(Heard("k"), "1 2 3");
}

TEST_F(ViewRunnerTest, ACopyThatParksAnotherEventThanTheLiveOneIsNotSwitchedTo) {
  faults_["봄"] = absl::InvalidArgumentError("no");
  faults_of_copies_["여름"] = absl::InvalidArgumentError("no");
  producer_.Say("서울", {"봄"});
  producer_.Say("부산", {"여름"});
  executor_.Advance(absl::Seconds(1));
  Rebuild();
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(Live(), 1u) << "부산 would show less than before";
  faults_of_copies_.clear();
  executor_.Advance(absl::Minutes(10));
  EXPECT_EQ(Live(), 2u);
  EXPECT_EQ(Heard("서울"), "봄");
  EXPECT_EQ(Heard("부산"), "여름");
}

TEST_F(ViewRunnerTest, ARebuildEndsAlsoWhereALogBeganAnew) {
  producer_.Say("서울", {"봄"});
  producer_.Say("부산", {"여름"});
  executor_.Advance(absl::Seconds(1));
  bus_.RecreateTopic(kTopic);
  executor_.Advance(absl::Seconds(10));
  size_t gaps = 0;
  Subscriber& live = *runner_->subscribers().front();
  for (const SubscriberReport::Partition& partition : live.Report().partitions) {
    if (partition.gap.empty()) continue;
    ++gaps;
    ASSERT_EQ(RunJust(executor_, live.AcceptGap(partition.partition)), absl::OkStatus());
  }
  ASSERT_GT(gaps, 0u);
  Rebuild();
  executor_.Advance(absl::Seconds(10));
  EXPECT_EQ(Live(), 2u) << "the new log holds nothing that the copy could wait for";
}

TEST_F(ViewRunnerTest, PoisonedEventsAreParkedAndCountAsApplied) {
  faults_["나쁨"] = absl::InvalidArgumentError("no");
  producer_.Say("서울", {"봄", "나쁨", "여름"});
  executor_.Advance(absl::Milliseconds(100));
  EXPECT_EQ(Heard("서울"), "봄");
  EXPECT_EQ(runner_->applied().sequence({kTopic, PartitionOf("서울")}), 3u);
  faults_.clear();
  executor_.Advance(absl::Seconds(10));
  EXPECT_EQ(Heard("서울"), "봄 나쁨 여름");
}

TEST_F(ViewRunnerTest, ReadYourWritesHoldsAcrossTheSwitch) {
  producer_.Say("k", {"1"});
  executor_.Advance(absl::Seconds(1));
  Rebuild();
  uint64_t before = 0;
  for (int i = 0; i < 200; ++i) {
    producer_.Say("k", {"x"});
    executor_.Advance(absl::Milliseconds(20));
    const uint64_t now = runner_->applied().sequence({kTopic, PartitionOf("k")});
    EXPECT_GE(now, before);
    // Each text is two characters with its blank.
    EXPECT_GE(Heard("k").size() + 1, 2 * now);
    before = now;
  }
  EXPECT_EQ(Live(), 2u);
}

}  // namespace
}  // namespace maru::events
