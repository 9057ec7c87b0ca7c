// The base of tests that run a whole system: it is started before and stopped in order after each
// test, nothing may have ended by itself, and the logs are shown when something failed.
#ifndef MARU_TESTS_HARNESS_FIXTURE_H_
#define MARU_TESTS_HARNESS_FIXTURE_H_

#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/harness/system.h"

namespace maru::harness {

class SystemTest : public testing::Test {
 protected:
  void SetUp() override {
    System::Options options = OptionsOfTest();
    options.folder = absl::StrCat(testing::TempDir(), "/",
                                  testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(options.folder);
    auto system = System::Start(options);
    ASSERT_TRUE(system.ok()) << system.status();
    system_ = *std::move(system);
  }

  void TearDown() override {
    if (system_ == nullptr) return;
    EXPECT_EQ(system_->SuddenEnds(), "");
    for (const std::string& name : system_->processes()) {
      if (!system_->process(name).running()) EXPECT_TRUE(system_->Start(name).ok()) << name;
    }
    const absl::Status stopped = system_->StopAll();
    EXPECT_TRUE(stopped.ok()) << stopped;
    if (HasFailure()) {
      ADD_FAILURE() << "kept: " << system_->folder() << "\n" << system_->LogTails(/*lines=*/30);
    } else {
      std::filesystem::remove_all(system_->folder());
    }
    system_.reset();
  }

  // Flags of the processes; overridden by tests that need their own.
  virtual System::Options OptionsOfTest() { return {}; }

  System& system() { return *system_; }

 private:
  std::unique_ptr<System> system_;
};

}  // namespace maru::harness

#endif  // MARU_TESTS_HARNESS_FIXTURE_H_
