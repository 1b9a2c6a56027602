/* A program of somebody else, who has libczip-dev: compresses a file in memory, and back. */
#include <czip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char** argv) {
  static char text[1 << 20];
  static char again[1 << 20];
  FILE* const file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  if (file == NULL) return 2;
  const size_t size = fread(text, 1, sizeof text, file);
  fclose(file);
  const size_t bound = czip_compress_bound(size);
  void* const packed = malloc(bound);
  size_t written = 0;
  size_t length = 0;
  if (czip_compress(packed, bound, &written, text, size, CZIP_LEVEL_DEFAULT) != CZIP_OK ||
      czip_decompress(again, sizeof again, &length, packed, written) != CZIP_OK) {
    puts(czip_last_error());
    return 1;
  }
  free(packed);
  printf("libczip %s: %zu bytes, compressed %zu\n", czip_version_string(), size, written);
  return length == size && memcmp(text, again, size) == 0 ? 0 : 1;
}
