// The protoc plugin: checks contracts, then writes <stem>.maru.h and <stem>.maru.cc for each.
#ifndef MARU_TOOLS_PROTOC_GEN_MARU_GENERATOR_H_
#define MARU_TOOLS_PROTOC_GEN_MARU_GENERATOR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "google/protobuf/compiler/code_generator.h"
#include "google/protobuf/descriptor.h"

namespace maru::gen {

class Generator : public google::protobuf::compiler::CodeGenerator {
 public:
  // False with one `file:line: text` a line in `error` when the contract breaks a rule; nothing is
  // written then.
  bool Generate(const google::protobuf::FileDescriptor* file, const std::string& parameter,
                google::protobuf::compiler::GeneratorContext* context,
                std::string* error) const override;
  // All errors of all files at once.
  bool GenerateAll(const std::vector<const google::protobuf::FileDescriptor*>& files,
                   const std::string& parameter,
                   google::protobuf::compiler::GeneratorContext* context,
                   std::string* error) const override;
  uint64_t GetSupportedFeatures() const override { return FEATURE_PROTO3_OPTIONAL; }
};

}  // namespace maru::gen

#endif  // MARU_TOOLS_PROTOC_GEN_MARU_GENERATOR_H_
