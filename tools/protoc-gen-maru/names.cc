#include "tools/protoc-gen-maru/names.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/compiler/cpp/names.h"

namespace maru::gen {
namespace {

namespace cpp = google::protobuf::compiler::cpp;
using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

constexpr size_t kColumns = 100;

// Of C++20, as far as they are lower_snake_case. protoc has the list too, but no public header of
// it can be included.
constexpr std::string_view kKeywords[] = {"alignas",       "alignof",     "and",
                                          "and_eq",        "asm",         "auto",
                                          "bitand",        "bitor",       "bool",
                                          "break",         "case",        "catch",
                                          "char",          "char16_t",    "char32_t",
                                          "char8_t",       "class",       "co_await",
                                          "co_return",     "co_yield",    "compl",
                                          "concept",       "const",       "const_cast",
                                          "consteval",     "constexpr",   "constinit",
                                          "continue",      "decltype",    "default",
                                          "delete",        "do",          "double",
                                          "dynamic_cast",  "else",        "enum",
                                          "explicit",      "export",      "extern",
                                          "false",         "float",       "for",
                                          "friend",        "goto",        "if",
                                          "inline",        "int",         "long",
                                          "mutable",       "namespace",   "new",
                                          "noexcept",      "not",         "not_eq",
                                          "nullptr",       "operator",    "or",
                                          "or_eq",         "private",     "protected",
                                          "public",        "register",    "reinterpret_cast",
                                          "requires",      "return",      "short",
                                          "signed",        "sizeof",      "static",
                                          "static_assert", "static_cast", "struct",
                                          "switch",        "template",    "this",
                                          "thread_local",  "throw",       "true",
                                          "try",           "typedef",     "typeid",
                                          "typename",      "union",       "unsigned",
                                          "using",         "virtual",     "void",
                                          "volatile",      "wchar_t",     "while",
                                          "xor",           "xor_eq"};

template <class Type>
std::string NameIn(const Type& type, const FileDescriptor& file) {
  return type.file()->package() == file.package() ? cpp::ClassName(&type)
                                                  : cpp::QualifiedClassName(&type);
}

}  // namespace

std::string UpperCamel(const std::string& name) {
  std::string camel;
  bool start = true;
  for (const char c : name) {
    if (c == '_') {
      start = true;
      continue;
    }
    camel += start ? absl::ascii_toupper(static_cast<unsigned char>(c))
                   : absl::ascii_tolower(static_cast<unsigned char>(c));
    start = false;
  }
  return camel;
}

std::string Namespace(const FileDescriptor& file) {
  return absl::StrReplaceAll(file.package(), {{".", "::"}});
}

std::string TypeName(const Descriptor& type, const FileDescriptor& file) {
  return NameIn(type, file);
}

std::string TypeName(const EnumDescriptor& type, const FileDescriptor& file) {
  return NameIn(type, file);
}

std::string Accessor(const FieldDescriptor& field) { return cpp::FieldName(&field); }

std::string Parameter(const std::string& name) {
  const bool is_keyword =
      std::find(std::begin(kKeywords), std::end(kKeywords), name) != std::end(kKeywords);
  return is_keyword ? name + "_" : name;
}

std::string Literal(const std::string& text) {
  return absl::StrCat("\"", absl::CEscape(text), "\"");
}

std::string DurationLiteral(absl::Duration duration) {
  if (duration == absl::ZeroDuration()) return "::absl::ZeroDuration()";
  if (absl::Trunc(duration, absl::Seconds(1)) == duration) {
    return absl::StrCat("::absl::Seconds(", absl::ToInt64Seconds(duration), ")");
  }
  if (absl::Trunc(duration, absl::Milliseconds(1)) == duration) {
    return absl::StrCat("::absl::Milliseconds(", absl::ToInt64Milliseconds(duration), ")");
  }
  return absl::StrCat("::absl::Nanoseconds(", absl::ToInt64Nanoseconds(duration), ")");
}

std::string IncludeGuard(const FileDescriptor& file) {
  std::string guard = Output(file, "_MARU_H_");
  for (char& c : guard) {
    c = absl::ascii_isalnum(static_cast<unsigned char>(c))
            ? absl::ascii_toupper(static_cast<unsigned char>(c))
            : '_';
  }
  return guard;
}

std::string Output(const FileDescriptor& file, const std::string& suffix) {
  return cpp::StripProto(file.name()) + suffix;
}

std::string CommentLines(const std::string& text, int indent) {
  if (text.empty()) return "";
  std::string lines;
  const std::string margin(static_cast<size_t>(indent), ' ');
  for (const absl::string_view line : absl::StrSplit(absl::StripSuffix(text, "\n"), '\n')) {
    const absl::string_view content = absl::StripTrailingAsciiWhitespace(line);
    // A backslash at the end would continue the comment into the code.
    absl::StrAppend(&lines, margin, "//", content, absl::EndsWith(content, "\\") ? " ." : "", "\n");
  }
  return lines;
}

std::string Call(int indent, const std::string& head, const std::vector<std::string>& arguments,
                 const std::string& tail) {
  const std::string margin(static_cast<size_t>(indent), ' ');
  const std::string line =
      absl::StrCat(margin, head, "(", absl::StrJoin(arguments, ", "), ")", tail, "\n");
  if (line.size() <= kColumns + 1 || arguments.empty()) return line;
  const std::string start = absl::StrCat(margin, head, "(\n", margin, "    ");
  const std::string together =
      absl::StrCat(margin, "    ", absl::StrJoin(arguments, ", "), ")", tail);
  const std::string separator =
      together.size() <= kColumns ? ", " : absl::StrCat(",\n", margin, "    ");
  return absl::StrCat(start, absl::StrJoin(arguments, separator), ")", tail, "\n");
}

}  // namespace maru::gen
