/* A program outside the source tree, in C99. Without arguments it compresses standard input to standard
 * output, as czip -c does; with models, it round-trips a text with each.
 * Usage: consumer [MODEL...] */
#include <czip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failed(const char* what) {
  fprintf(stderr, "%s: %s\n", what, czip_last_error());
  return 1;
}

static int compress_stream(void) {
  static char input[5000], output[300];
  int done = 0;
  czip_cctx* context = czip_cctx_create();
  if (context == NULL) return failed("create");
  do {
    czip_in_buffer in = {input, fread(input, 1, sizeof input, stdin), 0};
    const int directive = feof(stdin) ? CZIP_END : CZIP_CONTINUE;
    do {
      czip_out_buffer out = {output, sizeof output, 0};
      if (czip_cctx_stream(context, &out, &in, directive, &done) != CZIP_OK)
        return failed("stream");
      fwrite(output, 1, out.pos, stdout);
    } while (!done);
  } while (!feof(stdin));
  czip_cctx_free(context);
  return fflush(stdout) == 0 ? 0 : 1;
}

static int round_trip(const char* path) {
  const char text[] = "The installed library compresses this sentence, and this sentence, too.";
  char file[1000], back[1000];
  size_t file_size = 0, size = 0;
  czip_info info;
  czip_model* model = NULL;
  czip_cctx* compressor = czip_cctx_create();
  czip_dctx* decompressor = czip_dctx_create();
  info.struct_size = sizeof info;
  if (czip_model_open(&model, path, NULL) != CZIP_OK) return failed(path);
  if (czip_cctx_set_model(compressor, model) != CZIP_OK) return failed("set_model");
  if (czip_dctx_add_model(decompressor, model) != CZIP_OK) return failed("add_model");
  if (czip_cctx_compress(compressor, file, sizeof file, &file_size, text, sizeof text) != CZIP_OK)
    return failed("compress");
  if (czip_dctx_decompress(decompressor, back, sizeof back, &size, file, file_size) != CZIP_OK)
    return failed("decompress");
  if (czip_inspect_memory(file, file_size, &info) != CZIP_OK) return failed("inspect");
  if (size != sizeof text || memcmp(text, back, size) != 0 || info.text_bytes != size) {
    fprintf(stderr, "%s: another text\n", path);
    return 1;
  }
  printf("%s, CZIPv%d: the same text\n", czip_model_hash(model), info.format);
  czip_model_release(model);
  czip_cctx_free(compressor);
  czip_dctx_free(decompressor);
  return 0;
}

int main(int argc, char** argv) {
  int i;
  if (czip_version_number() != CZIP_VERSION_NUMBER) return 1;
  if (argc == 1) return compress_stream();
  for (i = 1; i < argc; ++i)
    if (round_trip(argv[i]) != 0) return 1;
  return 0;
}
