// Collects what is wrong with contracts, so that an author sees everything at once.
#ifndef MARU_TOOLS_PROTOC_GEN_MARU_DIAGNOSTICS_H_
#define MARU_TOOLS_PROTOC_GEN_MARU_DIAGNOSTICS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

namespace maru::gen {

class Diagnostics {
 public:
  // Adds "<file>:<line>: <text>"; the line is where `element` (a message, field, method, enum, …)
  // begins. Without source information, which protoc always gives, the line is 0.
  template <class Element>
  void Add(const Element& element, const std::string& text) {
    google::protobuf::SourceLocation location;
    const int line = element.GetSourceLocation(&location) ? location.start_line + 1 : 0;
    Insert(element.file()->name(), line, text);
  }

  bool empty() const { return errors_.empty(); }
  // One error a line, in the order of the files and their lines.
  std::string ToString() const;

 private:
  struct Error {
    std::string file;
    int line;
    std::string text;
  };

  void Insert(const std::string& file, int line, const std::string& text);

  std::vector<Error> errors_;
};

}  // namespace maru::gen

#endif  // MARU_TOOLS_PROTOC_GEN_MARU_DIAGNOSTICS_H_
