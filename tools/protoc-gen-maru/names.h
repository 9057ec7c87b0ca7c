// How things of a contract are called and written down in C++.
#ifndef MARU_TOOLS_PROTOC_GEN_MARU_NAMES_H_
#define MARU_TOOLS_PROTOC_GEN_MARU_NAMES_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"

namespace maru::gen {

// "REVIEW_CLOSED", "review_closed" → "ReviewClosed".
std::string UpperCamel(const std::string& name);

// "maru::datecourse::review::v1"; empty without a package.
std::string Namespace(const google::protobuf::FileDescriptor& file);
// The class or enum as code in the namespace of `file` calls it: short when it is of the same
// package.
std::string TypeName(const google::protobuf::Descriptor& type,
                     const google::protobuf::FileDescriptor& file);
std::string TypeName(const google::protobuf::EnumDescriptor& type,
                     const google::protobuf::FileDescriptor& file);
// The accessor of a field: "title", "class_".
std::string Accessor(const google::protobuf::FieldDescriptor& field);
// A parameter's name, clear of keywords: "class" → "class_".
std::string Parameter(const std::string& name);

// A C++ string literal with quotes.
std::string Literal(const std::string& text);
// "::absl::Milliseconds(600)"
std::string DurationLiteral(absl::Duration duration);

// "MARU_DATECOURSE_REVIEW_V1_REVIEW_MARU_H_"
std::string IncludeGuard(const google::protobuf::FileDescriptor& file);
// The file that is generated beside the messages: "maru/x.proto", ".maru.h" → "maru/x.maru.h".
std::string Output(const google::protobuf::FileDescriptor& file, const std::string& suffix);

// The comment before an element of a contract as C++ comment lines with an indent, or nothing.
template <class Element>
std::string Comment(const Element& element, int indent);
std::string CommentLines(const std::string& text, int indent);

// "head(argument, argument)tail", on one line where it fits, else the arguments on the next, else
// an argument a line.
std::string Call(int indent, const std::string& head, const std::vector<std::string>& arguments,
                 const std::string& tail);

template <class Element>
std::string Comment(const Element& element, int indent) {
  google::protobuf::SourceLocation location;
  if (!element.GetSourceLocation(&location)) return "";
  return CommentLines(location.leading_comments, indent);
}

}  // namespace maru::gen

#endif  // MARU_TOOLS_PROTOC_GEN_MARU_NAMES_H_
