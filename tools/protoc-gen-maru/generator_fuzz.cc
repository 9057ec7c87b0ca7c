// Goal: the generator says what is wrong with a contract, with file and line, or writes code; it
// never crashes on what protoc lets through.
//
// Strategy: the input is a FileDescriptorProto as text, mutated as a message, options included; it
// is built as protoc builds it, over the linked contracts. What cannot be built never reaches a
// plugin.
//
// Invariants: each error is "<file>:<line>: <text>"; nothing is written then; otherwise a header
// and a source are, and both are not empty.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "common/base/status.h"
#include "common/fuzz/proto_mutator.h"
#include "google/api/field_behavior.pb.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/stubs/logging.h"
#include "google/protobuf/timestamp.pb.h"
#include "maru/options/v1/options.pb.h"
#include "tools/protoc-gen-maru/generator.h"

namespace maru::gen {
namespace {

using google::protobuf::FileDescriptorProto;

class Output final : public google::protobuf::compiler::GeneratorContext {
 public:
  google::protobuf::io::ZeroCopyOutputStream* Open(const std::string& name) override {
    return new google::protobuf::io::StringOutputStream(&files[name]);
  }
  std::map<std::string, std::string> files;
};

class Silent final : public google::protobuf::DescriptorPool::ErrorCollector {
  void AddError(const std::string&, const std::string&, const google::protobuf::Message*,
                ErrorLocation, const std::string&) override {}
};

void CheckErrors(const std::string& file, const std::string& error) {
  const std::vector<std::string> lines = absl::StrSplit(error, '\n', absl::SkipEmpty());
  // The first line is the heading.
  MARU_CHECK(lines.size() >= 2);
  MARU_CHECK(lines[1].substr(0, file.size() + 1) == file + ":");
}

}  // namespace
}  // namespace maru::gen

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  google::protobuf::FileDescriptorProto file;
  return maru::fuzz::MutateText(data, size, max_size, seed, file);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace maru::gen;
  [[maybe_unused]] static const auto logged = google::protobuf::SetLogHandler(nullptr);
  // Linked, so that a contract can import them.
  maru::options::v1::MethodPolicy::descriptor();
  google::protobuf::Timestamp::descriptor();
  google::protobuf::FieldMask::descriptor();
  google::api::FieldBehavior_descriptor();
  FileDescriptorProto proto;
  if (!maru::fuzz::ParseText(data, size, proto) || proto.name().find('\n') != std::string::npos)
    return 0;
  Silent silent;
  google::protobuf::DescriptorPool pool(google::protobuf::DescriptorPool::generated_pool());
  const auto* file = pool.BuildFileCollectingErrors(proto, &silent);
  if (file == nullptr) return 0;
  Output output;
  std::string error;
  if (Generator().Generate(file, "", &output, &error)) {
    MARU_CHECK(output.files.size() == 2);
    for (const auto& [name, code] : output.files) MARU_CHECK(!code.empty());
  } else {
    MARU_CHECK(output.files.empty());
    CheckErrors(proto.name(), error);
  }
  return 0;
}
