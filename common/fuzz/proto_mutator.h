// Fuzzing with messages: inputs are protobuf text, so that a corpus can be read and written by
// hand, and mutations keep them messages: one decision of a sequence changes at a time instead of a
// byte of its encoding.
//
//   extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned
//   seed) {
//     Calls calls;
//     return maru::fuzz::MutateText(data, size, max_size, seed, calls);
//   }
#ifndef MARU_COMMON_FUZZ_PROTO_MUTATOR_H_
#define MARU_COMMON_FUZZ_PROTO_MUTATOR_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

#include "google/protobuf/message.h"

namespace maru::fuzz {

using Generator = std::minstd_rand;

// Reads an input into `message`. False when it is no such text: nothing to do with it.
bool ParseText(const uint8_t* data, size_t size, google::protobuf::Message& message);

// What LLVMFuzzerTestOneInput returns for an input that is not worth keeping. In a committed corpus
// (the environment has MARU_FUZZ_CORPUS) such an input is a mistake and ends the program.
int Reject();

// Changes one thing somewhere in `message`: sets, clears, adds, removes, repeats or swaps. Messages
// in google.protobuf.Any are changed too where their type is linked in.
void Mutate(google::protobuf::Message& message, Generator& random);

// A message with random values in a few of its fields.
void Fill(google::protobuf::Message& message, Generator& random);

// For LLVMFuzzerCustomMutator: replaces the text in `data` by that of a changed message; returns
// its size. `message` is of the input's type and empty.
size_t MutateText(uint8_t* data, size_t size, size_t max_size, unsigned seed,
                  google::protobuf::Message& message);
// What is left of it for mutators that change `message` themselves.
size_t PrintText(const google::protobuf::Message& message, uint8_t* data, size_t size,
                 size_t max_size);

// For LLVMFuzzerCustomCrossOver: elements of the lists of one input among those of the other. `a`
// and `b` are of the input's type and empty.
size_t CrossOverText(const uint8_t* data_a, size_t size_a, const uint8_t* data_b, size_t size_b,
                     uint8_t* out, size_t max_size, unsigned seed, google::protobuf::Message& a,
                     google::protobuf::Message& b);

}  // namespace maru::fuzz

#endif  // MARU_COMMON_FUZZ_PROTO_MUTATOR_H_
