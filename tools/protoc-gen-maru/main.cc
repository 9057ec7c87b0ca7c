// Speaks protoc's plugin protocol on stdin and stdout.
#include "google/protobuf/compiler/plugin.h"
#include "tools/protoc-gen-maru/generator.h"

int main(int argc, char** argv) {
  const maru::gen::Generator generator;
  return google::protobuf::compiler::PluginMain(argc, argv, &generator);
}
