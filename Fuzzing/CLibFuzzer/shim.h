#include <stddef.h>
#include <stdint.h>

// What libFuzzer offers; the toolchain has the library and no header.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*check)(const uint8_t *data, size_t size));
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
