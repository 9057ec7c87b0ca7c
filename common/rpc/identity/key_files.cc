#include "common/rpc/identity/key_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/strings.h"

namespace maru::rpc {

namespace {

// A PEM key on P-256 has less than 300 bytes.
constexpr size_t kMaxKeyFileBytes = 16 << 10;

std::string PrivateFile(std::string_view folder) {
  return absl::StrCat(ToAbsl(folder), "/private.pem");
}
std::string PublicFile(std::string_view folder) {
  return absl::StrCat(ToAbsl(folder), "/public.pem");
}

absl::Status FileError(std::string_view what, const std::string& path, int error) {
  const std::string text = absl::StrCat(ToAbsl(what), " ", path, ": ", std::strerror(error));
  return error == ENOENT ? absl::NotFoundError(text) : absl::InternalError(text);
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return FileError("cannot read", path, errno);
  std::string text(kMaxKeyFileBytes, '\0');
  const ssize_t length = read(fd, text.data(), text.size());
  const int error = errno;
  close(fd);
  if (length < 0) return FileError("cannot read", path, error);
  text.resize(static_cast<size_t>(length));
  return text;
}

// Whole or not at all: written beside and renamed.
absl::Status WriteFile(const std::string& path, std::string_view text, mode_t mode) {
  const std::string temporary = absl::StrCat(path, ".", getpid(), ".new");
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0) return FileError("cannot write", temporary, errno);
  const bool written =
      write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  const int error = errno;
  close(fd);
  if (!written || rename(temporary.c_str(), path.c_str()) != 0) {
    const int cause = written ? errno : error;
    unlink(temporary.c_str());
    return FileError("cannot write", path, cause);
  }
  return absl::OkStatus();
}

template <class Key>
absl::StatusOr<Key> LoadKey(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string pem, ReadFile(path));
  absl::StatusOr<Key> key = Key::FromPem(pem);
  if (!key.ok())
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", key.status().message()));
  return key;
}

}  // namespace

std::string UserKeyFolder(std::string_view keys_folder) {
  return absl::StrCat(ToAbsl(keys_folder), "/users");
}

std::string ServiceKeyFolder(std::string_view keys_folder, std::string_view deployment) {
  return absl::StrCat(ToAbsl(keys_folder), "/services/", ToAbsl(deployment));
}

std::vector<std::string> ServiceKeysIn(std::string_view keys_folder) {
  std::vector<std::string> deployments;
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::path(keys_folder) / "services";
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (IsDeploymentName(name)) deployments.push_back(std::move(name));
  }
  return deployments;
}

bool IsDeploymentName(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
  });
}

absl::Status EnsureKeyPair(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return FileError("cannot create", folder, error.value());
  const bool has_private = std::filesystem::exists(PrivateFile(folder), error);
  const bool has_public = std::filesystem::exists(PublicFile(folder), error);
  if (has_private && has_public) return absl::OkStatus();
  if (has_private || has_public) {
    return absl::FailedPreconditionError(absl::StrCat(
        folder, " has only one half of a key pair; remove it to have a new pair made"));
  }
  ASSIGN_OR_RETURN(const PemKeyPair pair, GenerateEs256KeyPair());
  RETURN_IF_ERROR(WriteFile(PrivateFile(folder), pair.private_pem, 0600));
  return WriteFile(PublicFile(folder), pair.public_pem, 0644);
}

absl::StatusOr<Es256PublicKey> LoadPublicKey(const std::string& folder) {
  return LoadKey<Es256PublicKey>(PublicFile(folder));
}

absl::StatusOr<Es256PrivateKey> LoadPrivateKey(const std::string& folder) {
  return LoadKey<Es256PrivateKey>(PrivateFile(folder));
}

}  // namespace maru::rpc
