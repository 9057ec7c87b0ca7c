// The main of a fuzz target in an ordinary build: every input of the committed corpus is a test
// case, named as its file. A target without inputs fails: it would pass by testing nothing.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

// What breaks an invariant ends the program, after GoogleTest has printed the name of the input.
class Input final : public ::testing::Test {
 public:
  explicit Input(std::filesystem::path file) : file_(std::move(file)) {}

  void TestBody() override {
    std::ifstream in(file_, std::ios::binary);
    ASSERT_TRUE(in.is_open()) << file_;
    // On the heap in its exact size, as libFuzzer does: the address sanitizer sees a byte too far.
    const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
    ASSERT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()),
              0);
  }

 private:
  const std::filesystem::path file_;
};

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const char* corpus = std::getenv("MARU_FUZZ_CORPUS");
  std::vector<std::filesystem::path> files;
  if (corpus != nullptr) {
    for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  if (files.empty()) {
    std::fputs("MARU_FUZZ_CORPUS names no folder with inputs\n", stderr);
    return 1;
  }
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& file : files) {
    ::testing::RegisterTest("Corpus", file.filename().c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [file]() -> ::testing::Test* { return new Input(file); });
  }
  return RUN_ALL_TESTS();
}
