// Goal: errors, paths and positions are what callers on the other side of the wire can rely on.
#include <string>

#include "common/rpc/call_context.h"
#include "common/rpc/error.h"
#include "common/rpc/field_rules.h"
#include "gtest/gtest.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::rpc {
namespace {

using options::v1::errors::CalleeUnavailable;
using options::v1::errors::NotFound;

TEST(ErrorTest, CarriesReasonMessageAndMetadata) {
  const absl::Status status = NotFound("schedule", "일정-1");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "schedule 일정-1 does not exist");
  EXPECT_EQ(ReasonOf(status), "NOT_FOUND");
  EXPECT_EQ(ErrorInfoOf(status)->metadata().at("id"), "일정-1");
  EXPECT_EQ(ErrorInfoOf(status)->domain(), "");
  EXPECT_FALSE(RetryDelayOf(status).has_value());
}

}  // namespace
}  // namespace maru::rpc
