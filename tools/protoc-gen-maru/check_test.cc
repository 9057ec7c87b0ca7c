// Goal: a contract that says too little, or contradicts itself, is refused with the line and the
// reason. Method: one small contract per rule, parsed and checked as protoc does it; the error is
// compared whole.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "google/protobuf/compiler/importer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "gtest/gtest.h"
#include "tools/protoc-gen-maru/generator.h"

namespace maru::gen {
namespace {

// One contract in memory beside those of the repository.
class SourceTree : public google::protobuf::compiler::SourceTree {
 public:
  explicit SourceTree(std::string contract) : contract_(std::move(contract)) {
    const char* root = std::getenv("MARU_SOURCE_DIR");
    disk_.MapPath("", absl::StrCat(root == nullptr ? "." : root, "/proto"));
    disk_.MapPath("", absl::StrCat(root == nullptr ? "." : root, "/proto/third_party"));
    disk_.MapPath("", "/usr/include");
  }
  google::protobuf::io::ZeroCopyInputStream* Open(const std::string& filename) override {
    if (filename != "test.proto") return disk_.Open(filename);
    return new google::protobuf::io::ArrayInputStream(contract_.data(),
                                                      static_cast<int>(contract_.size()));
  }

 private:
  const std::string contract_;
  google::protobuf::compiler::DiskSourceTree disk_;
};

class FailOnError : public google::protobuf::compiler::MultiFileErrorCollector {
 public:
  void AddError(const std::string& filename, int line, int column,
                const std::string& message) override {
    ADD_FAILURE() << filename << ":" << line + 1 << ":" << column << ": " << message;
  }
};

// A checked contract writes nothing here: only what is refused is looked at.
class NoOutput : public google::protobuf::compiler::GeneratorContext {
 public:
  google::protobuf::io::ZeroCopyOutputStream* Open(const std::string&) override {
    return new google::protobuf::io::StringOutputStream(&ignored_);
  }

 private:
  std::string ignored_;
};

// The errors of a contract, one a line: "<line>: <text>". The body starts on line 1, so that cases
// can count.
std::vector<std::string> ErrorsOf(const std::string& body) {
  const std::string contract = absl::StrCat(
      "syntax = \"proto3\"; package maru.test.v1; import \"google/api/field_behavior.proto\"; "
      "import \"google/protobuf/timestamp.proto\"; import \"maru/options/v1/options.proto\"; ",
      body);
  SourceTree tree(contract);
  FailOnError collector;
  google::protobuf::compiler::Importer importer(&tree, &collector);
  const google::protobuf::FileDescriptor* file = importer.Import("test.proto");
  if (file == nullptr) return {"the contract cannot be parsed"};
  NoOutput output;
  std::string error;
  std::vector<std::string> errors;
  if (Generator().Generate(file, "", &output, &error)) return errors;
  for (absl::string_view line : absl::StrSplit(error, '\n', absl::SkipEmpty())) {
    if (absl::ConsumePrefix(&line, "test.proto:")) errors.emplace_back(line);
  }
  return errors;
}

struct Case {
  std::string name;
  std::string contract;
  std::string error;
};

class RefusedTest : public testing::TestWithParam<Case> {};

TEST_P(RefusedTest, WithLineAndReason) {
  EXPECT_THAT(ErrorsOf(GetParam().contract), testing::ElementsAre(GetParam().error));
}

std::string NameOf(const testing::TestParamInfo<Case>& info) { return info.param.name; }

// --- Methods
// ----------------------------------------------------------------------------------------------------------

// A service with one method of the given policy; the method stands on line 2.
std::string Method(const std::string& policy, const std::string& request = "string id = 1;",
                   const std::string& signature = "Get(Request) returns (Reply)") {
  return absl::StrCat("service Garden {\n rpc ", signature,
                      " { option (maru.options.v1.method) = {", policy,
                      "}; }\n}\nmessage Request { ", request, " }\nmessage Reply {}");
}

constexpr char kService[] =
    "deadline: {seconds: 1} roles: ROLE_SERVICE idempotency: IDEMPOTENCY_QUERY ";
constexpr char kBreaker[] = "breaker: {class: \"cut\" slow: {nanos: 500000000}}";
constexpr char kBidi[] = "Get(stream Request) returns (stream Reply)";

INSTANTIATE_TEST_SUITE_P(
    Methods, RefusedTest,
    testing::Values(
        Case{
            "NoPolicy",
            "service Garden {\n rpc Get(Request) returns (Request);\n}\nmessage Request {}",
            "2: Get has no (maru.options.v1.method): deadline, roles and idempotency are required"},
        Case{"NoDeadline", Method("roles: ROLE_ANY idempotency: IDEMPOTENCY_QUERY"),
             "2: Get declares no deadline"},
        Case{"NegativeDeadline",
             Method("deadline: {seconds: -1} roles: ROLE_ANY idempotency: IDEMPOTENCY_QUERY"),
             "2: the deadline of Get is negative"},
        Case{"UnlimitedUnary",
             Method("deadline: {} roles: ROLE_ANY idempotency: IDEMPOTENCY_QUERY"),
             "2: the deadline of Get is 0, which only a stream may say (no limit)"},
        Case{"NoRoles", Method("deadline: {seconds: 1} idempotency: IDEMPOTENCY_QUERY"),
             "2: Get declares no roles"},
        Case{
            "UnspecifiedRole",
            Method("deadline: {seconds: 1} roles: ROLE_UNSPECIFIED idempotency: IDEMPOTENCY_QUERY"),
            "2: Get names ROLE_UNSPECIFIED"},
        Case{"RoleTwice",
             Method("deadline: {seconds: 1} roles: ROLE_HOST roles: ROLE_HOST idempotency: "
                    "IDEMPOTENCY_QUERY"),
             "2: Get names ROLE_HOST twice"},
        Case{"RoleBesideAny",
             Method("deadline: {seconds: 1} roles: ROLE_ANY roles: ROLE_HOST idempotency: "
                    "IDEMPOTENCY_QUERY"),
             "2: Get names ROLE_HOST beside ROLE_ANY, which includes it"},
        Case{"RoleBesideOpen",
             Method("deadline: {seconds: 1} roles: ROLE_OPEN roles: ROLE_HOST idempotency: "
                    "IDEMPOTENCY_QUERY"),
             "2: Get names other roles beside ROLE_OPEN"},
        Case{"ServiceWithoutCallers", Method(absl::StrCat(kService, kBreaker)),
             "2: Get is open to ROLE_SERVICE but names no callers"},
        Case{"CallersWithoutService",
             Method("deadline: {seconds: 1} roles: ROLE_ANY callers: \"forest\" idempotency: "
                    "IDEMPOTENCY_QUERY"),
             "2: Get names callers but not ROLE_SERVICE"},
        Case{"CallerTwice",
             Method(absl::StrCat(kService, kBreaker, "callers: \"forest\" callers: \"forest\"")),
             "2: Get names the caller \"forest\" twice"},
        Case{"CallerBesideAnyCaller",
             Method(absl::StrCat(kService, kBreaker, "callers: \"forest\" callers: \"*\"")),
             "2: Get names callers beside \"*\""},
        Case{"CallerIsNoContext",
             Method(absl::StrCat(kService, kBreaker, "callers: \"Date Course\"")),
             "2: Get names the caller \"Date Course\", which is no context's name"},
        Case{"NoIdempotency", Method("deadline: {seconds: 1} roles: ROLE_ANY"),
             "2: Get declares no idempotency"},
        Case{"NoRequestId",
             Method("deadline: {seconds: 1} roles: ROLE_ANY idempotency: IDEMPOTENCY_REQUEST_ID"),
             "2: Get is IDEMPOTENCY_REQUEST_ID, so Request needs a string request_id with the rule "
             "uuid"},
        Case{"RequestIdWithoutUuid",
             Method("deadline: {seconds: 1} roles: ROLE_ANY idempotency: IDEMPOTENCY_REQUEST_ID",
                    "string request_id = 1;"),
             "2: Get is IDEMPOTENCY_REQUEST_ID, so Request needs a string request_id with the rule "
             "uuid"},
        Case{"RequestIdOfAQuery",
             Method("deadline: {seconds: 1} roles: ROLE_ANY idempotency: IDEMPOTENCY_QUERY",
                    "string request_id = 1 [(maru.options.v1.field) = {uuid: true}];"),
             "2: Request has a request_id, but Get is not IDEMPOTENCY_REQUEST_ID"},
        Case{"RequestIdOfAStream",
             Method("deadline: {seconds: 1} roles: ROLE_ANY idempotency: IDEMPOTENCY_REQUEST_ID",
                    "string request_id = 1 [(maru.options.v1.field) = {uuid: true}];", kBidi),
             "2: Get is IDEMPOTENCY_REQUEST_ID, but results of streams are not recorded"},
        Case{"NoBreaker", Method(absl::StrCat(kService, "callers: \"forest\"")),
             "2: Get is called by services and declares no breaker"},
        Case{"BreakerForNobody",
             Method(absl::StrCat(
                 "deadline: {seconds: 1} roles: ROLE_ANY idempotency: IDEMPOTENCY_QUERY ",
                 kBreaker)),
             "2: Get declares a breaker, but no service may call it"},
        Case{"BreakerWithoutClass",
             Method(absl::StrCat(kService,
                                 "callers: \"forest\" breaker: {slow: {nanos: 500000000}}")),
             "2: the breaker class \"\" of Get is not of letters, digits and underscores"},
        Case{"BreakerWithoutSlow",
             Method(absl::StrCat(kService, "callers: \"forest\" breaker: {class: \"cut\"}")),
             "2: the breaker of Get does not say from when a call is slow"},
        Case{"SlowBeyondHalfTheDeadline",
             Method(absl::StrCat(
                 kService,
                 "callers: \"forest\" breaker: {class: \"cut\" slow: {nanos: 500000001}}")),
             "2: the breaker of Get calls 500.000001ms slow, more than half of the deadline 1s"},
        Case{"ClassWithTwoSlows",
             absl::StrCat(
                 "service Garden {\n rpc A(Request) returns (Reply) { option "
                 "(maru.options.v1.method) = {",
                 kService, "callers: \"forest\"", kBreaker,
                 "}; }\n rpc B(Request) returns (Reply) { option (maru.options.v1.method) = {",
                 kService,
                 "callers: \"forest\" breaker: {class: \"cut\" slow: {nanos: 1000000}}}; }\n}\n",
                 "message Request {}\nmessage Reply {}"),
             "3: breaker class \"cut\" is slow from 1ms in B and from 500ms in A"},
        Case{"ClientStream",
             Method("deadline: {seconds: 1} roles: ROLE_ANY idempotency: IDEMPOTENCY_NONE",
                    "string id = 1;", "Get(stream Request) returns (Reply)"),
             "2: Get is a client stream, which Maru does not have: use unary or bidirectional"}),
    NameOf);

// --- Fields
// -----------------------------------------------------------------------------------------------------------

// A message with one field on line 2.
std::string Field(const std::string& field, const std::string& rules) {
  return absl::StrCat("message Request {\n ", field, " = 1 [(maru.options.v1.field) = {", rules,
                      "}];\n}");
}

INSTANTIATE_TEST_SUITE_P(
    Fields, RefusedTest,
    testing::Values(
        Case{"RangeUpsideDown", Field("int32 size", "min: 5 max: 1"),
             "2: Request.size has min 5 above max 1"},
        Case{"RangeOfText", Field("string size", "min: 5"),
             "2: Request.size has min or max, but is no number"},
        Case{"RangeOfBool", Field("bool size", "max: 1"),
             "2: Request.size has min or max, but is no number"},
        Case{"MinBeyondType", Field("uint32 size", "min: -1"),
             "2: Request.size has min -1, which its type cannot hold"},
        Case{"MaxBeyondType", Field("int32 size", "max: 2147483648"),
             "2: Request.size has max 2147483648, which its type cannot hold"},
        Case{"LengthUpsideDown", Field("string name", "min_length: 3 max_length: 2"),
             "2: Request.name has min_length 3 above max_length 2"},
        Case{"LengthAboveTheDefault", Field("string name", "min_length: 257"),
             "2: Request.name has min_length 257 above max_length 256"},
        Case{"LengthOfNumber", Field("int32 name", "max_length: 2"),
             "2: Request.name has min_length or max_length, but is neither string nor bytes"},
        Case{"LengthOfMessage", Field("google.protobuf.Timestamp time", "max_length: 2"),
             "2: Request.time has min_length or max_length, but is neither string nor bytes"},
        Case{"LengthOfMapOfNumbers", Field("map<string, int32> names", "max_length: 2"),
             "2: Request.names has min_length or max_length, but is neither string nor bytes"},
        Case{"UuidOfBytes", Field("bytes id", "uuid: true"),
             "2: Request.id has the rule uuid, but is no string"},
        Case{"UuidTooShort", Field("string id", "uuid: true max_length: 35"),
             "2: Request.id has the rule uuid, but its length forbids one"},
        Case{"PatternOfNumber", Field("int32 id", "pattern: \"a\""),
             "2: Request.id has a pattern, but is no string"},
        Case{"PatternBeyondAscii", Field("string id", "pattern: \"[가-힣]+\""),
             "2: Request.id has a pattern beyond ASCII: it is matched byte by byte"},
        Case{"PatternOnLongText", Field("string id", "pattern: \"a+\" max_length: 1025"),
             "2: Request.id has a pattern, so max_length must be at most 1024"},
        Case{"ItemsOfSingular", Field("string id", "max_items: 2"),
             "2: Request.id has min_items or max_items, but is not repeated"},
        Case{"ItemsUpsideDown", Field("repeated string ids", "min_items: 3 max_items: 2"),
             "2: Request.ids has min_items 3 above max_items 2"},
        Case{"ItemsAboveTheDefault", Field("repeated string ids", "min_items: 1001"),
             "2: Request.ids has min_items 1001 above max_items 1000"},
        Case{"RequiredBool", Field("bool open", "required: true"),
             "2: Request.open is required, but false cannot be told from absent: make it optional"},
        Case{"RequiredInOneof",
             "message Request {\n oneof a {\n string b = 1 [(maru.options.v1.field) = {required: "
             "true}];\n }\n}",
             "3: Request.b is required, but a member of a oneof may always be absent"},
        Case{"OutputOnly",
             "message Request {\n string id = 1 [(google.api.field_behavior) = OUTPUT_ONLY,\n"
             "   (maru.options.v1.field) = {required: true}];\n}",
             "2: Request.id is OUTPUT_ONLY, so its rules would never be checked"},
        Case{"PageSizeWithoutRange", "message Request {\n int32 page_size = 1;\n}",
             "2: Request.page_size needs a min of at least 0 and a max of at most 1000"},
        Case{"PageSizeTooLarge", Field("int32 page_size", "min: 0 max: 1001"),
             "2: Request.page_size needs a min of at least 0 and a max of at most 1000"},
        Case{"PageSizeNegative", Field("int32 page_size", "min: -1 max: 1000"),
             "2: Request.page_size needs a min of at least 0 and a max of at most 1000"},
        Case{"PageSizeOfOtherType", Field("int64 page_size", "min: 0 max: 1000"),
             "2: Request.page_size is not an int32"},
        Case{
            "InNestedMessage",
            "message A {\n message B {\n string c = 1 [(maru.options.v1.field) = {min: 1}];\n }\n}",
            "3: B.c has min or max, but is no number"}),
    NameOf);

TEST(FieldCheckTest, RefusesAPatternThatDoesNotCompile) {
  EXPECT_THAT(ErrorsOf(Field("string id", "pattern: \"[a\"")),
              testing::ElementsAre(
                  testing::StartsWith("2: Request.id has a pattern that is no ECMAScript regular "
                                      "expression: ")));
}

// --- Events
// -----------------------------------------------------------------------------------------------------------

// An event on line 2, with a string `id` and a number `count`.
std::string Event(const std::string& policy) {
  return absl::StrCat(
      "\nmessage Fell { option (maru.options.v1.event) = {", policy,
      "}; string id = 1; int32 count = 2; repeated string ids = 3; string tree = 4; }");
}

INSTANTIATE_TEST_SUITE_P(
    Events, RefusedTest,
    testing::Values(Case{"NoCorrelationId", Event(""), "2: event Fell declares no correlation_id"},
                    Case{"UnknownCorrelationId", Event("correlation_id: \"who\""),
                         "2: correlation_id of Fell names \"who\", which is no field of it"},
                    Case{"NumericCorrelationId", Event("correlation_id: \"count\""),
                         "2: correlation_id of Fell names \"count\", which is no string"},
                    Case{"RepeatedCorrelationId", Event("correlation_id: \"ids\""),
                         "2: correlation_id of Fell names \"ids\", which is no string"},
                    Case{"UnknownKey",
                         Event("correlation_id: \"id\" key: \"who\" key_reason: \"why\""),
                         "2: key of Fell names \"who\", which is no field of it"},
                    Case{"NumericKey",
                         Event("correlation_id: \"id\" key: \"count\" key_reason: \"why\""),
                         "2: key of Fell names \"count\", which is no string"},
                    Case{"KeyWithoutReason", Event("correlation_id: \"id\" key: \"tree\""),
                         "2: event Fell has a key but no key_reason"},
                    Case{"ReasonWithoutKey", Event("correlation_id: \"id\" key_reason: \"why\""),
                         "2: event Fell has a key_reason but no key"},
                    Case{"KeyIsTheCorrelationId",
                         Event("correlation_id: \"id\" key: \"id\" key_reason: \"why\""),
                         "2: key of Fell is the correlation_id anyway: leave it out"},
                    Case{"NestedEvent",
                         "message A {\n message B { option (maru.options.v1.event) = "
                         "{correlation_id: \"id\"}; string id = 1; }\n}",
                         "2: event B is nested in another message"}),
    NameOf);

// --- Reasons
// ----------------------------------------------------------------------------------------------------------

// A reason on line 3.
std::string Reason(const std::string& policy) {
  return absl::StrCat(
      "enum ErrorReason {\n ERROR_REASON_UNSPECIFIED = 0;\n ERROR_REASON_DRY = 1 "
      "[(maru.options.v1.reason) = {",
      policy, "}];\n}");
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, RefusedTest,
    testing::Values(
        Case{"NoPolicy",
             "enum ErrorReason {\n ERROR_REASON_UNSPECIFIED = 0;\n ERROR_REASON_DRY = 1;\n}",
             "3: ERROR_REASON_DRY has no (maru.options.v1.reason)"},
        Case{"WrongPrefix",
             "enum ErrorReason {\n ERROR_REASON_UNSPECIFIED = 0;\n DRY = 1 "
             "[(maru.options.v1.reason) = "
             "{code: NOT_FOUND message: \"a\" advice: \"b\"}];\n}",
             "3: DRY does not start with ERROR_REASON_"},
        Case{"UnspecifiedWithPolicy",
             "enum ErrorReason {\n ERROR_REASON_UNSPECIFIED = 0 [(maru.options.v1.reason) = {code: "
             "NOT_FOUND}];\n}",
             "2: ERROR_REASON_UNSPECIFIED is never sent and has no reason"},
        Case{"InAnotherEnum",
             "enum Other {\n OTHER_A = 0 [(maru.options.v1.reason) = {code: NOT_FOUND}];\n}",
             "2: OTHER_A has a (maru.options.v1.reason) outside of a top-level enum ErrorReason"},
        Case{"NoCode", Reason("message: \"a\" advice: \"b\""),
             "3: ERROR_REASON_DRY declares no error code"},
        Case{"NoMessage", Reason("code: NOT_FOUND advice: \"b\""),
             "3: ERROR_REASON_DRY has no message"},
        Case{"NoAdvice", Reason("code: NOT_FOUND message: \"a\""),
             "3: ERROR_REASON_DRY has no advice"},
        Case{"UndeclaredMetadata",
             Reason("code: NOT_FOUND message: \"{id} of {tree}\" advice: \"b\" metadata: \"tree\""),
             "3: the message of ERROR_REASON_DRY uses {id}, which is not in its metadata"},
        Case{"MetadataTwice",
             Reason(
                 "code: NOT_FOUND message: \"a\" advice: \"b\" metadata: \"id\" metadata: \"id\""),
             "3: metadata \"id\" of ERROR_REASON_DRY is declared twice"},
        Case{"MetadataNotSnakeCase",
             Reason("code: NOT_FOUND message: \"a\" advice: \"b\" metadata: \"treeId\""),
             "3: metadata \"treeId\" of ERROR_REASON_DRY is not lower_snake_case"},
        Case{"UnavailableWithoutDelay", Reason("code: UNAVAILABLE message: \"a\" advice: \"b\""),
             "3: ERROR_REASON_DRY is UNAVAILABLE, so it needs a retry_delay"},
        Case{"ExhaustedWithoutDelay",
             Reason("code: RESOURCE_EXHAUSTED message: \"a\" advice: \"b\""),
             "3: ERROR_REASON_DRY is RESOURCE_EXHAUSTED, so it needs a retry_delay"},
        Case{"DelayOfNothing",
             Reason("code: UNAVAILABLE message: \"a\" advice: \"b\" retry_delay: {}"),
             "3: the retry_delay of ERROR_REASON_DRY is not positive"}),
    NameOf);

// --- What is fine
// -----------------------------------------------------------------------------------------------------

TEST(AcceptedTest, BreakerIsOptionalWhereAnyServiceMayCall) {
  EXPECT_THAT(ErrorsOf(Method(absl::StrCat(kService, "callers: \"*\""))), testing::IsEmpty());
  EXPECT_THAT(ErrorsOf(Method(absl::StrCat(kService, "callers: \"*\"", kBreaker))),
              testing::IsEmpty());
}

TEST(AcceptedTest, ServicesAndAdminsBesideAnyUser) {
  EXPECT_THAT(ErrorsOf(Method("deadline: {seconds: 1} roles: ROLE_ANY roles: ROLE_ADMIN roles: "
                              "ROLE_SERVICE callers: \"*\" "
                              "idempotency: IDEMPOTENCY_QUERY")),
              testing::IsEmpty());
}

TEST(AcceptedTest, StreamsMayHaveNoLimit) {
  EXPECT_THAT(ErrorsOf(Method("deadline: {} roles: ROLE_ANY idempotency: IDEMPOTENCY_NONE",
                              "string id = 1;", kBidi)),
              testing::IsEmpty());
}

TEST(AcceptedTest, RulesOfMapsAreAboutTheirValues) {
  EXPECT_THAT(ErrorsOf(Field("map<int32, string> names", "max_length: 2 max_items: 3")),
              testing::IsEmpty());
}

TEST(ReportTest, NamesEverythingThatIsWrongInTheOrderOfLines) {
  EXPECT_THAT(
      ErrorsOf("enum ErrorReason {\n ERROR_REASON_UNSPECIFIED = 0;\n ERROR_REASON_DRY = 1;\n}\n"
               "service Garden {\n rpc Get(Request) returns (Request) { option "
               "(maru.options.v1.method) = {}; }\n}\n"
               "message Request { string id = 1 [(maru.options.v1.field) = {min: 1}]; }"),
      testing::ElementsAre(testing::StartsWith("3: "), testing::StartsWith("6: "),
                           testing::StartsWith("6: "), testing::StartsWith("6: "),
                           testing::StartsWith("8: ")));
}

TEST(ReportTest, RefusesParameters) {
  NoOutput output;
  std::string error;
  EXPECT_FALSE(Generator().GenerateAll({}, "lite", &output, &error));
  EXPECT_EQ(error, "protoc-gen-maru has no parameters, but got \"lite\"");
}

}  // namespace
}  // namespace maru::gen
