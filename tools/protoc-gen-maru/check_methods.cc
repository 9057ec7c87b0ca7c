// Policies of methods.
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tools/protoc-gen-maru/checks.h"
#include "tools/protoc-gen-maru/policy.h"

namespace maru::gen {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
using options::v1::MethodPolicy;
using options::v1::Role;

constexpr char kRequestId[] = "request_id";
constexpr char kAnyCaller[] = "*";

bool IsStream(const MethodDescriptor& method) { return method.server_streaming(); }

bool MayCall(const MethodPolicy& policy, Role role) {
  return std::find(policy.roles().begin(), policy.roles().end(), role) != policy.roles().end();
}

bool IsName(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '_';
  });
}

// Contexts are named as in packages: lower case letters and digits.
bool IsContext(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c);
  });
}

void CheckDeadline(const MethodDescriptor& method, Diagnostics& diagnostics) {
  const MethodPolicy& policy = PolicyOf(method);
  if (!policy.has_deadline()) {
    diagnostics.Add(method, absl::StrCat(method.name(), " declares no deadline"));
    return;
  }
  const absl::Duration deadline = ToAbsl(policy.deadline());
  if (deadline < absl::ZeroDuration()) {
    diagnostics.Add(method, absl::StrCat("the deadline of ", method.name(), " is negative"));
  } else if (deadline == absl::ZeroDuration() && !IsStream(method)) {
    diagnostics.Add(method, absl::StrCat("the deadline of ", method.name(),
                                         " is 0, which only a stream may say (no limit)"));
  }
}

void CheckRoles(const MethodDescriptor& method, Diagnostics& diagnostics) {
  const MethodPolicy& policy = PolicyOf(method);
  if (policy.roles().empty()) {
    diagnostics.Add(method, absl::StrCat(method.name(), " declares no roles"));
  }
  std::set<int> seen;
  for (const int role : policy.roles()) {
    const std::string& name = options::v1::Role_Name(role);
    if (role == options::v1::ROLE_UNSPECIFIED) {
      diagnostics.Add(method, absl::StrCat(method.name(), " names ROLE_UNSPECIFIED"));
    } else if (!seen.insert(role).second) {
      diagnostics.Add(method, absl::StrCat(method.name(), " names ", name, " twice"));
    } else if (MayCall(policy, options::v1::ROLE_ANY) && role != options::v1::ROLE_ANY &&
               role != options::v1::ROLE_OPEN && role != options::v1::ROLE_ADMIN &&
               role != options::v1::ROLE_SERVICE) {
      diagnostics.Add(method, absl::StrCat(method.name(), " names ", name,
                                           " beside ROLE_ANY, which includes it"));
    }
  }
  if (MayCall(policy, options::v1::ROLE_OPEN) && seen.size() > 1) {
    diagnostics.Add(method, absl::StrCat(method.name(), " names other roles beside ROLE_OPEN"));
  }
}

void CheckCallers(const MethodDescriptor& method, Diagnostics& diagnostics) {
  const MethodPolicy& policy = PolicyOf(method);
  const bool service = MayCall(policy, options::v1::ROLE_SERVICE);
  if (service && policy.callers().empty()) {
    diagnostics.Add(method,
                    absl::StrCat(method.name(), " is open to ROLE_SERVICE but names no callers"));
  }
  if (!service && !policy.callers().empty()) {
    diagnostics.Add(method, absl::StrCat(method.name(), " names callers but not ROLE_SERVICE"));
  }
  std::set<std::string> seen;
  for (const std::string& caller : policy.callers()) {
    if (!seen.insert(caller).second) {
      diagnostics.Add(method,
                      absl::StrCat(method.name(), " names the caller \"", caller, "\" twice"));
    } else if (caller == kAnyCaller) {
      if (policy.callers_size() > 1) {
        diagnostics.Add(method, absl::StrCat(method.name(), " names callers beside \"*\""));
      }
    } else if (!IsContext(caller)) {
      diagnostics.Add(method, absl::StrCat(method.name(), " names the caller \"", caller,
                                           "\", which is no context's name"));
    }
  }
}

void CheckRequestId(const MethodDescriptor& method, Diagnostics& diagnostics) {
  const MethodPolicy& policy = PolicyOf(method);
  if (policy.idempotency() == options::v1::IDEMPOTENCY_UNSPECIFIED) {
    diagnostics.Add(method, absl::StrCat(method.name(), " declares no idempotency"));
    return;
  }
  const FieldDescriptor* field = method.input_type()->FindFieldByName(kRequestId);
  if (policy.idempotency() != options::v1::IDEMPOTENCY_REQUEST_ID) {
    if (field != nullptr) {
      diagnostics.Add(method, absl::StrCat(method.input_type()->name(), " has a request_id, but ",
                                           method.name(), " is not IDEMPOTENCY_REQUEST_ID"));
    }
    return;
  }
  if (IsStream(method)) {
    diagnostics.Add(method,
                    absl::StrCat(method.name(),
                                 " is IDEMPOTENCY_REQUEST_ID, but results of streams are not "
                                 "recorded"));
  }
  if (field == nullptr || field->type() != FieldDescriptor::TYPE_STRING || field->is_repeated() ||
      !RulesOf(*field).uuid()) {
    diagnostics.Add(method, absl::StrCat(method.name(), " is IDEMPOTENCY_REQUEST_ID, so ",
                                         method.input_type()->name(),
                                         " needs a string request_id with the rule uuid"));
  }
}

void CheckBreaker(const MethodDescriptor& method, Diagnostics& diagnostics) {
  const MethodPolicy& policy = PolicyOf(method);
  const bool service = MayCall(policy, options::v1::ROLE_SERVICE);
  if (!policy.has_breaker()) {
    const bool optional = policy.callers_size() == 1 && policy.callers(0) == kAnyCaller;
    if (service && !optional) {
      diagnostics.Add(
          method, absl::StrCat(method.name(), " is called by services and declares no breaker"));
    }
    return;
  }
  if (!service) {
    diagnostics.Add(method,
                    absl::StrCat(method.name(), " declares a breaker, but no service may call it"));
  }
  if (!IsName(policy.breaker().class_())) {
    diagnostics.Add(method,
                    absl::StrCat("the breaker class \"", policy.breaker().class_(), "\" of ",
                                 method.name(), " is not of letters, digits and underscores"));
  }
  const absl::Duration slow = ToAbsl(policy.breaker().slow());
  const absl::Duration deadline = ToAbsl(policy.deadline());
  if (slow <= absl::ZeroDuration()) {
    diagnostics.Add(method, absl::StrCat("the breaker of ", method.name(),
                                         " does not say from when a call is slow"));
  } else if (deadline > absl::ZeroDuration() && slow > deadline / 2) {
    diagnostics.Add(
        method,
        absl::StrCat("the breaker of ", method.name(), " calls ", absl::FormatDuration(slow),
                     " slow, more than half of the deadline ", absl::FormatDuration(deadline)));
  }
}

void CheckMethod(const MethodDescriptor& method, Diagnostics& diagnostics) {
  if (method.client_streaming() && !method.server_streaming()) {
    diagnostics.Add(method,
                    absl::StrCat(method.name(),
                                 " is a client stream, which Maru does not have: use unary or "
                                 "bidirectional"));
  }
  if (!HasPolicy(method)) {
    diagnostics.Add(method, absl::StrCat(method.name(),
                                         " has no (maru.options.v1.method): deadline, roles and "
                                         "idempotency are required"));
    return;
  }
  CheckDeadline(method, diagnostics);
  CheckRoles(method, diagnostics);
  CheckCallers(method, diagnostics);
  CheckRequestId(method, diagnostics);
  CheckBreaker(method, diagnostics);
}

}  // namespace

void CheckService(const ServiceDescriptor& service, Diagnostics& diagnostics) {
  // Of each breaker class, the first method that has it.
  std::map<std::string, const MethodDescriptor*> classes;
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& method = *service.method(i);
    CheckMethod(method, diagnostics);
    if (!HasPolicy(method) || !PolicyOf(method).has_breaker()) continue;
    const options::v1::BreakerPolicy& breaker = PolicyOf(method).breaker();
    const MethodDescriptor& first = *classes.emplace(breaker.class_(), &method).first->second;
    if (ToAbsl(PolicyOf(first).breaker().slow()) != ToAbsl(breaker.slow())) {
      diagnostics.Add(
          method,
          absl::StrCat("breaker class \"", breaker.class_(), "\" is slow from ",
                       absl::FormatDuration(ToAbsl(breaker.slow())), " in ", method.name(),
                       " and from ", absl::FormatDuration(ToAbsl(PolicyOf(first).breaker().slow())),
                       " in ", first.name()));
    }
  }
}

}  // namespace maru::gen
