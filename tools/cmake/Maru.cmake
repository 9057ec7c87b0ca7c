# How everything in this repository is built. Each helper sets standard, warnings, include roots and aliases once, so that
# a folder's CMakeLists.txt only says what exists and what it depends on:
#
#   maru_library(NAME store SRCS store.cc HDRS store.h DEPS maru::base RocksDB::rocksdb-shared)
#   maru_test(NAME store_test SRCS store_test.cc DEPS maru::store LABELS core)
#   maru_proto(NAME datecourse_review PROTOS datecourse/review/v1/review.proto DEPS maru::proto_options MARU_CODE)
#   maru_context(NAME datecourse-review SRCS main.cc DEPS maru::datecourse_review)
#   maru_binary(NAME maru-load SRCS load.cc DEPS maru::rpc)
#   maru_fuzz(NAME key_fuzz SRCS key_fuzz.cc DEPS maru::store CORPUS corpus/key)
#   maru_embed(NAME deployments FILE deployments.json)
#
# DEPS may name targets of folders that are added later: CMake resolves them when it generates.

include_guard(GLOBAL)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Generated code, as an include root: "maru/options/v1/options.pb.h".
set(MARU_GEN_DIR ${CMAKE_BINARY_DIR}/gen)
set(MARU_PROTO_DIR ${CMAKE_SOURCE_DIR}/proto)
set(MARU_THIRD_PARTY_PROTO_DIR ${MARU_PROTO_DIR}/third_party)
file(MAKE_DIRECTORY ${MARU_GEN_DIR})

# Another build folder of the same sources, whose libraries are taken instead of made here wherever it has them: what differs is
# compiled alone (tests/new_context_test.py). Empty: everything is made here.
set(MARU_PREBUILT "" CACHE PATH "Build folder whose libraries are used as they are; empty: none")

# --- Tools: compiler cache, linker, sanitizers -------------------------------------------------------------------------

# The cache sees paths relative to the repository, so that a second checkout finds what the first one compiled.
if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(MARU_CCACHE ccache)
  if(MARU_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${MARU_CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
  endif()
endif()

find_program(MARU_MOLD mold)
find_program(MARU_LLD NAMES ld.lld-19 ld.lld)
if(MARU_MOLD)
  add_link_options(-fuse-ld=mold)
elseif(MARU_LLD)
  add_link_options(-fuse-ld=${MARU_LLD})
endif()
# A process maps only the shared libraries that it calls: start-up time and memory are budgets here.
add_link_options(-Wl,--as-needed)

# Paths relative to the repository in debug info and __FILE__: a cached object serves every checkout.
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -fno-omit-frame-pointer)
# Bounds checks of the standard library, in release too: a broken invariant stops the process instead of spreading.
add_compile_definitions(_GLIBCXX_ASSERTIONS)

if(MARU_SANITIZE)
  add_compile_options(-fsanitize=${MARU_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${MARU_SANITIZE})
endif()

# Environment of every test. protobuf, gRPC and RocksDB come from the distribution without instrumentation. Hence
#   detect_container_overflow=0: a std::vector grown inside them and read by us would be reported although nothing is wrong;
#   ignore_noninstrumented_modules=1: what they hand over among their own threads by atomics looks like a race. Races between
#   our own accesses are still seen.
set(MARU_TEST_ENVIRONMENT
  "MARU_SOURCE_DIR=${CMAKE_SOURCE_DIR}"
  "MARU_BINARY_DIR=${CMAKE_BINARY_DIR}"
  "ASAN_OPTIONS=detect_container_overflow=0:detect_stack_use_after_return=1:strict_string_checks=1"
  "UBSAN_OPTIONS=print_stacktrace=1"
  "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:ignore_noninstrumented_modules=1")

# Flags for code that people write here. Generated protobuf code does not get them.
add_library(maru_own_code INTERFACE)
target_include_directories(maru_own_code INTERFACE ${CMAKE_SOURCE_DIR})
target_include_directories(maru_own_code SYSTEM INTERFACE ${MARU_GEN_DIR} $<$<BOOL:${MARU_PREBUILT}>:${MARU_PREBUILT}/gen>)
target_compile_options(maru_own_code INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi -Wimplicit-fallthrough -Wshorten-64-to-32
  -Wunused -Wcast-qual -Wpessimizing-move -Wrange-loop-analysis
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety -Wunreachable-code>
  $<$<BOOL:${MARU_WERROR}>:-Werror>
  # Coverage guides the fuzzer through what people wrote, not through generated code.
  $<$<BOOL:${MARU_FUZZ}>:-fsanitize=fuzzer-no-link>)

# What protoc makes of messages is as it is.
add_library(maru_generated_code INTERFACE)
target_include_directories(maru_generated_code SYSTEM INTERFACE ${MARU_GEN_DIR})
target_compile_options(maru_generated_code INTERFACE -w)

# What a label needs: `cmake --build --preset dev --target maru_tests_core`.
set(MARU_TEST_LABELS unit core cross grpcurl fuzz simulation)
foreach(label IN LISTS MARU_TEST_LABELS)
  add_custom_target(maru_tests_${label})
endforeach()

# --- Helpers ----------------------------------------------------------------------------------------------------------

# Stops the configuration when a helper was called with something it does not know: a misspelt keyword is otherwise silent.
function(maru_check_arguments helper)
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${helper}(NAME ${ARG_NAME}): unknown arguments: ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT ARG_NAME)
    message(FATAL_ERROR "${helper}: NAME is missing")
  endif()
endfunction()

# maru_static_library(target [DEPS …] [PRIVATE_DEPS …] SRCS …)
# Static library <target>: that of MARU_PREBUILT, if it has it, else of SRCS.
function(maru_static_library target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "DEPS;PRIVATE_DEPS;SRCS")
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_BINARY_DIR BASE_DIRECTORY ${CMAKE_BINARY_DIR} OUTPUT_VARIABLE folder)
  set(prebuilt ${MARU_PREBUILT}/${folder}/lib${target}.a)
  if(MARU_PREBUILT AND EXISTS ${prebuilt})
    add_library(${target} STATIC IMPORTED GLOBAL)
    set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${prebuilt})
    target_link_libraries(${target} INTERFACE ${ARG_DEPS})
    target_include_directories(${target} SYSTEM INTERFACE ${MARU_PREBUILT}/gen)
    return()
  endif()
  add_library(${target} STATIC ${ARG_SRCS})
  target_link_libraries(${target} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
endfunction()

# maru_subdirectories([folder…])
# Adds the named folders that have a CMakeLists.txt; without names, every folder here that has one.
function(maru_subdirectories)
  set(folders ${ARGN})
  if(NOT folders)
    file(GLOB lists CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} */CMakeLists.txt)
    list(TRANSFORM lists REPLACE "/CMakeLists.txt$" "" OUTPUT_VARIABLE folders)
  endif()
  foreach(folder IN LISTS folders)
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt)
      add_subdirectory(${folder})
    endif()
  endforeach()
endfunction()

# maru_library(NAME name [SRCS …] [HDRS …] [DEPS …])
# Static library maru_<name>, alias maru::<name>; header-only when SRCS is empty. DEPS are public.
function(maru_library)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME" "SRCS;HDRS;DEPS")
  maru_check_arguments(maru_library)
  set(target maru_${ARG_NAME})
  if(ARG_SRCS)
    maru_static_library(${target} DEPS ${ARG_DEPS} PRIVATE_DEPS maru_own_code SRCS ${ARG_SRCS} ${ARG_HDRS})
    target_include_directories(${target} INTERFACE ${CMAKE_SOURCE_DIR})
  else()
    add_library(${target} INTERFACE ${ARG_HDRS})
    target_link_libraries(${target} INTERFACE ${ARG_DEPS})
    target_include_directories(${target} INTERFACE ${CMAKE_SOURCE_DIR})
  endif()
  add_library(maru::${ARG_NAME} ALIAS ${target})
endfunction()

# maru_binary(NAME name SRCS … [DEPS …])
# Program <name> in <build>/bin.
function(maru_binary)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME" "SRCS;DEPS")
  maru_check_arguments(maru_binary)
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS} maru_own_code)
  set_target_properties(${ARG_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# maru_context(NAME datecourse-review SRCS main.cc DEPS …)
# Program maru-<name> in <build>/bin: the server of one bounded context.
function(maru_context)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME" "SRCS;DEPS")
  maru_check_arguments(maru_context)
  maru_binary(NAME maru-${ARG_NAME} SRCS ${ARG_SRCS} DEPS ${ARG_DEPS})
endfunction()

# maru_test(NAME name (SRCS … [DEPS …] | COMMAND program argument…) [NEEDS target…] [LABELS …] [TIMEOUT seconds])
# One test program under GoogleTest's main (gmock included), or any COMMAND, known to ctest as one test. Building the target
# <name> builds all that the test runs: the program and the programs named by NEEDS. Labels:
#   unit     fast; the default
#   core     fast and free of gRPC: also runs under the thread sanitizer (the packaged gRPC is not instrumented)
#   cross    starts real processes: runs alone
#   simulation  plays seeds on all processors: runs alone
#   grpcurl  needs grpcurl: runs alone; exits with 77 where there is none, which ctest shows as skipped
# Environment: TEST_TMPDIR (testing::TempDir()) is a folder of the test's own, which a run finds as the last one left it;
# MARU_SOURCE_DIR and MARU_BINARY_DIR are the repository and the build folder (programs in its bin/).
function(maru_test)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME;TIMEOUT" "SRCS;DEPS;COMMAND;NEEDS;LABELS")
  maru_check_arguments(maru_test)
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  if(MARU_SANITIZE)
    # The limit is there for what hangs; sanitizers make the tests of whole databases up to seven times slower.
    math(EXPR ARG_TIMEOUT "4 * ${ARG_TIMEOUT}")
  endif()

  if(ARG_COMMAND)
    add_custom_target(${ARG_NAME})
    add_test(NAME ${ARG_NAME} COMMAND ${ARG_COMMAND})
  else()
    add_executable(${ARG_NAME} ${ARG_SRCS})
    target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main maru_own_code)
    set_target_properties(${ARG_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test)
    add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME})
  endif()
  if(ARG_NEEDS)
    add_dependencies(${ARG_NAME} ${ARG_NEEDS})
  endif()

  # A folder per test: programs that run side by side do not meet.
  set(temporary ${CMAKE_BINARY_DIR}/tmp/${ARG_NAME})
  file(MAKE_DIRECTORY ${temporary})
  set_tests_properties(${ARG_NAME} PROPERTIES
    LABELS "${ARG_LABELS}"
    TIMEOUT ${ARG_TIMEOUT}
    WORKING_DIRECTORY ${CMAKE_BINARY_DIR}
    ENVIRONMENT "${MARU_TEST_ENVIRONMENT};TEST_TMPDIR=${temporary}")
  foreach(label IN LISTS ARG_LABELS)
    if(NOT label IN_LIST MARU_TEST_LABELS)
      message(FATAL_ERROR "maru_test(NAME ${ARG_NAME}): unknown label ${label}; there are: ${MARU_TEST_LABELS}")
    endif()
    add_dependencies(maru_tests_${label} ${ARG_NAME})
    if(label MATCHES "^(cross|grpcurl|simulation)$")
      set_tests_properties(${ARG_NAME} PROPERTIES RUN_SERIAL ON)
    endif()
    if(label STREQUAL "grpcurl")
      set_tests_properties(${ARG_NAME} PROPERTIES SKIP_RETURN_CODE 77)
    endif()
  endforeach()
endfunction()

# maru_fuzz(NAME key_fuzz SRCS key_fuzz.cc [DEPS …] CORPUS corpus/key)
# A fuzz target: LLVMFuzzerTestOneInput as a libFuzzer program in <build>/fuzz. As a test (label `fuzz`) it replays the inputs
# in the folder CORPUS (seeds and regressions, committed) and mutates them for a minute, from a seed that is always the same:
# a test must not fail by luck. What guides the mutations is the coverage of the target alone, and with the preset `fuzz` that
# of all code that people wrote.
function(maru_fuzz)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME;CORPUS" "SRCS;DEPS")
  maru_check_arguments(maru_fuzz)
  cmake_path(ABSOLUTE_PATH ARG_CORPUS NORMALIZE OUTPUT_VARIABLE corpus)
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS} maru_own_code)
  target_compile_options(${ARG_NAME} PRIVATE -fsanitize=fuzzer-no-link)
  target_link_options(${ARG_NAME} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${ARG_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  # What it finds interesting is kept in the build folder; the committed corpus is only read.
  set(found ${CMAKE_BINARY_DIR}/corpus/${ARG_NAME})
  file(MAKE_DIRECTORY ${found} ${CMAKE_BINARY_DIR}/findings)
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} -seed=1 -max_total_time=60 -verbosity=0 -timeout=25 -rss_limit_mb=2048 -max_len=16384
    -artifact_prefix=${CMAKE_BINARY_DIR}/findings/${ARG_NAME}- ${found} ${corpus})
  set_tests_properties(${ARG_NAME} PROPERTIES
    LABELS fuzz TIMEOUT 300 WORKING_DIRECTORY ${CMAKE_BINARY_DIR} ENVIRONMENT "${MARU_TEST_ENVIRONMENT}")
  add_dependencies(maru_tests_fuzz ${ARG_NAME})
  # A target passes over what it cannot read. In the committed corpus that is a mistake.
  file(GLOB inputs CONFIGURE_DEPENDS ${corpus}/*)
  if(NOT inputs)
    message(FATAL_ERROR "maru_fuzz(NAME ${ARG_NAME}): no input in ${corpus}")
  endif()
  maru_test(NAME ${ARG_NAME}_corpus COMMAND ${ARG_NAME} ${inputs} NEEDS ${ARG_NAME})
  set_property(TEST ${ARG_NAME}_corpus APPEND PROPERTY ENVIRONMENT MARU_FUZZ_CORPUS=1)
endfunction()

# Sets <out> to the import path of a .proto given relative to the current folder ("google/api/http.proto"). Those outside of
# proto/ (contracts that only a test needs) are imported from the repository's root: "tools/protoc-gen-maru/testdata/…".
function(maru_proto_import_path out proto)
  cmake_path(ABSOLUTE_PATH proto NORMALIZE OUTPUT_VARIABLE absolute)
  set(root ${MARU_PROTO_DIR})
  cmake_path(IS_PREFIX MARU_THIRD_PARTY_PROTO_DIR ${absolute} vendored)
  if(vendored)
    set(root ${MARU_THIRD_PARTY_PROTO_DIR})
  endif()
  cmake_path(IS_PREFIX root ${absolute} contract)
  if(NOT contract)
    set(root ${CMAKE_SOURCE_DIR})
  endif()
  cmake_path(RELATIVE_PATH absolute BASE_DIRECTORY ${root} OUTPUT_VARIABLE path)
  if(path MATCHES "^\\.\\.")
    message(FATAL_ERROR "${absolute} is outside of ${CMAKE_SOURCE_DIR}")
  endif()
  set(${out} ${path} PARENT_SCOPE)
endfunction()

# Import roots; protoc itself adds the one of google/protobuf.
set(MARU_PROTO_ROOTS -I ${MARU_PROTO_DIR} -I ${MARU_THIRD_PARTY_PROTO_DIR} -I ${CMAKE_SOURCE_DIR})

# maru_proto(NAME name PROTOS … [DEPS maru::proto_…] [MARU_CODE])
# Library maru_proto_<name>, alias maru::proto_<name>, of the messages. With MARU_CODE also maru_code_<name>, alias
# maru::code_<name>, of what protoc-gen-maru makes of them (handlers, clients, events, errors): it links maru::rpc_core, so
# that messages alone can be used without it. Code of DEPS that have some is linked too. The global property MARU_CONTRACTS
# lists those of proto/.
function(maru_proto)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "MARU_CODE" "NAME" "PROTOS;DEPS")
  maru_check_arguments(maru_proto)
  set(messages "")
  set(code "")
  foreach(proto IN LISTS ARG_PROTOS)
    maru_proto_import_path(path ${proto})
    string(REGEX REPLACE "\\.proto$" "" stem ${path})
    set(out ${MARU_GEN_DIR}/${stem})
    cmake_path(ABSOLUTE_PATH proto NORMALIZE OUTPUT_VARIABLE source)
    # The dependency file knows every import, so that a changed option regenerates the contracts that use it.
    add_custom_command(
      OUTPUT ${out}.pb.cc ${out}.pb.h
      COMMAND protobuf::protoc ${MARU_PROTO_ROOTS} --cpp_out=${MARU_GEN_DIR} --dependency_out=${out}.pb.d ${path}
      DEPENDS ${source} protobuf::protoc
      DEPFILE ${out}.pb.d
      COMMENT "protoc ${path}"
      VERBATIM)
    list(APPEND messages ${out}.pb.cc ${out}.pb.h)
    if(ARG_MARU_CODE)
      add_custom_command(
        OUTPUT ${out}.maru.cc ${out}.maru.h
        COMMAND protobuf::protoc ${MARU_PROTO_ROOTS} --plugin=protoc-gen-maru=$<TARGET_FILE:protoc-gen-maru>
                --maru_out=${MARU_GEN_DIR} --dependency_out=${out}.maru.d ${path}
        DEPENDS ${source} protobuf::protoc protoc-gen-maru
        DEPFILE ${out}.maru.d
        COMMENT "protoc-gen-maru ${path}"
        VERBATIM)
      list(APPEND code ${out}.maru.cc ${out}.maru.h)
    endif()
  endforeach()

  set(target maru_proto_${ARG_NAME})
  maru_static_library(${target} DEPS ${ARG_DEPS} protobuf::libprotobuf PRIVATE_DEPS maru_generated_code SRCS ${messages})
  target_include_directories(${target} SYSTEM INTERFACE ${MARU_GEN_DIR})
  add_library(maru::proto_${ARG_NAME} ALIAS ${target})

  if(ARG_MARU_CODE)
    cmake_path(IS_PREFIX MARU_PROTO_DIR ${CMAKE_CURRENT_SOURCE_DIR} contract)
    if(contract)
      set_property(GLOBAL APPEND PROPERTY MARU_CONTRACTS ${target})
    endif()
    set(dependencies "")
    foreach(dependency IN LISTS ARG_DEPS)
      if(dependency MATCHES "^maru::proto_(.*)$")
        list(APPEND dependencies $<TARGET_NAME_IF_EXISTS:maru_code_${CMAKE_MATCH_1}>)
      endif()
    endforeach()
    maru_static_library(maru_code_${ARG_NAME}
      DEPS ${target} ${dependencies} maru::rpc_core
      PRIVATE_DEPS maru_own_code
      SRCS ${code})
    target_include_directories(maru_code_${ARG_NAME} INTERFACE ${CMAKE_SOURCE_DIR})
    add_library(maru::code_${ARG_NAME} ALIAS maru_code_${ARG_NAME})
  endif()
endfunction()

# maru_descriptor_set(NAME name OUTPUT file PROTOS … )
# One FileDescriptorSet of PROTOS (relative to the current folder) and all that they import, with comments. What they
# import should be among them or never change: protoc writes no dependency file for several inputs.
function(maru_descriptor_set)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME;OUTPUT" "PROTOS")
  maru_check_arguments(maru_descriptor_set)
  set(paths "")
  foreach(proto IN LISTS ARG_PROTOS)
    maru_proto_import_path(path ${proto})
    list(APPEND paths ${path})
  endforeach()
  list(TRANSFORM ARG_PROTOS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE sources)
  add_custom_command(
    OUTPUT ${ARG_OUTPUT}
    COMMAND protobuf::protoc ${MARU_PROTO_ROOTS} --include_imports --include_source_info
            --descriptor_set_out=${ARG_OUTPUT} ${paths}
    DEPENDS ${sources} protobuf::protoc
    COMMENT "protoc ${ARG_OUTPUT}"
    VERBATIM)
  add_custom_target(${ARG_NAME} ALL DEPENDS ${ARG_OUTPUT})
endfunction()

# maru_embed(NAME deployments FILE deployments.json [DEPENDS target…])
# Library maru_embed_<name>, alias maru::embed_<name>: "maru/embed/<name>.h" declares
# `std::string_view maru::embed::<name>()`, the bytes of FILE.
function(maru_embed)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME;FILE" "DEPENDS")
  maru_check_arguments(maru_embed)
  cmake_path(ABSOLUTE_PATH ARG_FILE NORMALIZE)
  set(out ${MARU_GEN_DIR}/maru/embed/${ARG_NAME})
  add_custom_command(
    OUTPUT ${out}.h ${out}.cc
    COMMAND ${CMAKE_COMMAND} -D NAME=${ARG_NAME} -D IN=${ARG_FILE} -D OUT=${out}
            -P ${CMAKE_SOURCE_DIR}/tools/cmake/Embed.cmake
    DEPENDS ${ARG_FILE} ${CMAKE_SOURCE_DIR}/tools/cmake/Embed.cmake ${ARG_DEPENDS}
    COMMENT "Embedding ${ARG_NAME}"
    VERBATIM)
  add_library(maru_embed_${ARG_NAME} STATIC ${out}.cc ${out}.h)
  target_include_directories(maru_embed_${ARG_NAME} SYSTEM PUBLIC ${MARU_GEN_DIR})
  add_library(maru::embed_${ARG_NAME} ALIAS maru_embed_${ARG_NAME})
endfunction()
