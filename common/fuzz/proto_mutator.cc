#include "common/fuzz/proto_mutator.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "google/protobuf/any.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace maru::fuzz {
namespace {

using google::protobuf::Any;
using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;

size_t Below(Generator& random, size_t end) { return random() % end; }
bool OneIn(Generator& random, size_t n) { return Below(random, n) == 0; }

// What tends to matter: limits, other scripts, what looks like syntax.
std::string Interesting(Generator& random) {
  static constexpr std::string_view kTexts[] = {
      "",     "a",  "kim", "한강 산책", "0190c7a0-0000-7000-8000-000000000001",
      "../x", "\n", "*",   "\xff",      "title",
  };
  const size_t choice = Below(random, std::size(kTexts) + 1);
  if (choice < std::size(kTexts)) return std::string(kTexts[choice]);
  constexpr size_t kSizes[] = {63, 64, 65, 128, 256, 257, 1000, 1001, 5000};
  return std::string(kSizes[Below(random, std::size(kSizes))], 'x');
}

std::string MutatedText(std::string text, Generator& random) {
  if (text.empty() || OneIn(random, 3)) return Interesting(random);
  const size_t at = Below(random, text.size());
  switch (Below(random, 5)) {
    case 0:
      text.erase(at, 1 + Below(random, text.size() - at));
      break;
    case 1:
      text.insert(at, 1, static_cast<char>(Below(random, 256)));
      break;
    case 2:
      text[at] = static_cast<char>(Below(random, 256));
      break;
    case 3:
      text[at] = static_cast<char>(text[at] ^ (1 << Below(random, 8)));
      break;
    default:
      if (text.size() < 4096) text += text.substr(at);
  }
  return text;
}

template <class Number>
Number MutatedNumber(Number value, Generator& random) {
  switch (Below(random, 6)) {
    case 0:
      return Number{0};
    case 1:
      return std::numeric_limits<Number>::max();
    case 2:
      return std::numeric_limits<Number>::lowest();
    case 3:
      return value == std::numeric_limits<Number>::max() ? value : static_cast<Number>(value + 1);
    case 4:
      return value == std::numeric_limits<Number>::lowest() ? value
                                                            : static_cast<Number>(value - 1);
    default:
      return static_cast<Number>(Below(random, 1200));
  }
}

int MutatedEnum(const EnumDescriptor& type, Generator& random) {
  constexpr int kUnknown = 999;
  const size_t choice = Below(random, static_cast<size_t>(type.value_count()) + 1);
  if (choice == static_cast<size_t>(type.value_count())) return kUnknown;
  return type.value(static_cast<int>(choice))->number();
}

void MutateMessage(Message& message, Generator& random);

// A value of a field that is not repeated, or element `index` of one that is.
class Value {
 public:
  static constexpr int kSingular = -1;
  Value(Message& message, const FieldDescriptor& field, int index)
      : message_(message), reflection_(*message.GetReflection()), field_(field), index_(index) {}

  void Mutate(Generator& random);

 private:
  bool singular() const { return index_ == kSingular; }

  Message& message_;
  const Reflection& reflection_;
  const FieldDescriptor& field_;
  const int index_;
};

// Reads the value as CPPTYPE, replaces it by `change(old)`.
#define MARU_MUTATE(CASE, Type, change)                                                     \
  case FieldDescriptor::CASE: {                                                             \
    const auto old = singular() ? reflection_.Get##Type(message_, &field_)                  \
                                : reflection_.GetRepeated##Type(message_, &field_, index_); \
    const auto now = change;                                                                \
    singular() ? reflection_.Set##Type(&message_, &field_, now)                             \
               : reflection_.SetRepeated##Type(&message_, &field_, index_, now);            \
    break;                                                                                  \
  }

void Value::Mutate(Generator& random) {
  switch (field_.cpp_type()) {
    MARU_MUTATE(CPPTYPE_INT32, Int32, MutatedNumber(old, random))
    MARU_MUTATE(CPPTYPE_INT64, Int64, MutatedNumber(old, random))
    MARU_MUTATE(CPPTYPE_UINT32, UInt32, MutatedNumber(old, random))
    MARU_MUTATE(CPPTYPE_UINT64, UInt64, MutatedNumber(old, random))
    MARU_MUTATE(CPPTYPE_DOUBLE, Double, MutatedNumber(old, random))
    MARU_MUTATE(CPPTYPE_FLOAT, Float, MutatedNumber(old, random))
    MARU_MUTATE(CPPTYPE_BOOL, Bool, !old)
    MARU_MUTATE(CPPTYPE_STRING, String, MutatedText(old, random))
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int now = MutatedEnum(*field_.enum_type(), random);
      // A closed enum (proto2) cannot hold what it does not know.
      if (field_.file()->syntax() == google::protobuf::FileDescriptor::SYNTAX_PROTO2 &&
          field_.enum_type()->FindValueByNumber(now) == nullptr)
        break;
      singular() ? reflection_.SetEnumValue(&message_, &field_, now)
                 : reflection_.SetRepeatedEnumValue(&message_, &field_, index_, now);
      break;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      MutateMessage(singular() ? *reflection_.MutableMessage(&message_, &field_)
                               : *reflection_.MutableRepeatedMessage(&message_, &field_, index_),
                    random);
      break;
  }
}
#undef MARU_MUTATE

void AddElement(Message& message, const FieldDescriptor& field, Generator& random) {
  const Reflection& reflection = *message.GetReflection();
  const int size = reflection.FieldSize(message, &field);
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      reflection.AddInt32(&message, &field, 0);
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      reflection.AddInt64(&message, &field, 0);
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      reflection.AddUInt32(&message, &field, 0);
      break;
    case FieldDescriptor::CPPTYPE_UINT64:
      reflection.AddUInt64(&message, &field, 0);
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      reflection.AddDouble(&message, &field, 0);
      break;
    case FieldDescriptor::CPPTYPE_FLOAT:
      reflection.AddFloat(&message, &field, 0);
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection.AddBool(&message, &field, false);
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      reflection.AddString(&message, &field, "");
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      reflection.AddEnumValue(&message, &field, field.enum_type()->value(0)->number());
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const std::unique_ptr<Message> copied(
          size == 0 ? nullptr : reflection.GetRepeatedMessage(message, &field, 0).New());
      if (copied != nullptr && OneIn(random, 2)) {
        // One of those that are there, again.
        copied->CopyFrom(reflection.GetRepeatedMessage(
            message, &field, static_cast<int>(Below(random, static_cast<size_t>(size)))));
        reflection.AddMessage(&message, &field)->CopyFrom(*copied);
      } else {
        reflection.AddMessage(&message, &field);
      }
      break;
    }
  }
  Value(message, field, size).Mutate(random);
}

void MutateRepeated(Message& message, const FieldDescriptor& field, Generator& random) {
  constexpr int kEnough = 64;
  const Reflection& reflection = *message.GetReflection();
  const int size = reflection.FieldSize(message, &field);
  const auto any = [&] { return static_cast<int>(Below(random, static_cast<size_t>(size))); };
  const size_t choice = Below(random, 8);
  if (size == 0 || (choice < 2 && size < kEnough)) {
    AddElement(message, field, random);
  } else if (choice == 2) {
    reflection.SwapElements(&message, &field, any(), size - 1);
    reflection.RemoveLast(&message, &field);
  } else if (choice == 3) {
    reflection.SwapElements(&message, &field, any(), any());
  } else {
    Value(message, field, any()).Mutate(random);
  }
}

// Changes the message in an Any; false when there is none that is known here.
bool MutateInside(Message& message, Generator& random) {
  if (message.GetDescriptor() != Any::descriptor()) return false;
  auto& any = static_cast<Any&>(message);
  const size_t slash = any.type_url().rfind('/');
  const Descriptor* type =
      slash == std::string::npos
          ? nullptr
          : google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
                any.type_url().substr(slash + 1));
  if (type == nullptr) return false;
  const std::unique_ptr<Message> inside(
      MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!inside->ParsePartialFromString(any.value())) return false;
  MutateMessage(*inside, random);
  any.set_value(inside->SerializePartialAsString());
  return true;
}

// Fields of a message and, where there are any, its extensions: options are such.
std::vector<const FieldDescriptor*> FieldsOf(const Descriptor& type) {
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < type.field_count(); ++i) fields.push_back(type.field(i));
  if (type.extension_range_count() > 0) type.file()->pool()->FindAllExtensions(&type, &fields);
  return fields;
}

void MutateMessage(Message& message, Generator& random) {
  if (MutateInside(message, random)) return;
  const std::vector<const FieldDescriptor*> fields = FieldsOf(*message.GetDescriptor());
  if (fields.empty()) return;
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> present;
  reflection.ListFields(message, &present);
  // What is there matters more often than what is not.
  const auto& among = !present.empty() && !OneIn(random, 3) ? present : fields;
  const FieldDescriptor& field = *among[Below(random, among.size())];
  if (field.is_repeated()) {
    MutateRepeated(message, field, random);
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
             !reflection.HasField(message, &field)) {
    // Empty at first, so that types that contain themselves end.
    Message& inner = *reflection.MutableMessage(&message, &field);
    if (OneIn(random, 2)) MutateMessage(inner, random);
  } else if (OneIn(random, 8)) {
    reflection.ClearField(&message, &field);
  } else {
    Value(message, field, Value::kSingular).Mutate(random);
  }
}

}  // namespace

bool ParseText(const uint8_t* data, size_t size, Message& message) {
  // Mistakes are not of interest.
  class Silent final : public google::protobuf::io::ErrorCollector {
    void AddError(int, int, const std::string&) override {}
    void AddWarning(int, int, const std::string&) override {}
  } silent;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&silent);
  parser.AllowPartialMessage(true);
  return parser.ParseFromString(std::string(reinterpret_cast<const char*>(data), size), &message);
}

int Reject() {
  if (std::getenv("MARU_FUZZ_CORPUS") != nullptr) {
    std::fputs("the corpus has an input that the target rejects\n", stderr);
    std::abort();
  }
  return -1;
}

void Mutate(Message& message, Generator& random) { MutateMessage(message, random); }

void Fill(Message& message, Generator& random) {
  const size_t changes = Below(random, 8);
  for (size_t i = 0; i < changes; ++i) MutateMessage(message, random);
}

size_t PrintText(const Message& message, uint8_t* data, size_t size, size_t max_size) {
  TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  printer.SetExpandAny(true);
  std::string text;
  if (!printer.PrintToString(message, &text) || text.size() > max_size) return size;
  std::memcpy(data, text.data(), text.size());
  return text.size();
}

size_t MutateText(uint8_t* data, size_t size, size_t max_size, unsigned seed, Message& message) {
  Generator random(seed);
  if (!ParseText(data, size, message)) message.Clear();
  for (size_t changes = 1 + Below(random, 3); changes > 0; --changes)
    MutateMessage(message, random);
  return PrintText(message, data, size, max_size);
}

size_t CrossOverText(const uint8_t* data_a, size_t size_a, const uint8_t* data_b, size_t size_b,
                     uint8_t* out, size_t max_size, unsigned seed, Message& a, Message& b) {
  Generator random(seed);
  if (!ParseText(data_a, size_a, a)) a.Clear();
  if (!ParseText(data_b, size_b, b)) b.Clear();
  const Reflection& reflection = *a.GetReflection();
  std::vector<const FieldDescriptor*> present;
  reflection.ListFields(b, &present);
  for (const FieldDescriptor* field : present) {
    if (!field->is_repeated() || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int from =
        static_cast<int>(Below(random, static_cast<size_t>(reflection.FieldSize(b, field))));
    for (int i = from; i < reflection.FieldSize(b, field) && !OneIn(random, 4); ++i) {
      reflection.AddMessage(&a, field)->CopyFrom(reflection.GetRepeatedMessage(b, field, i));
    }
  }
  return PrintText(a, out, 0, max_size);
}

}  // namespace maru::fuzz
