/* czip: lossless compression of text, of which every bit is reproducible.
 *
 * This is all that a program in C, or in any language that calls C, needs of libczip. It is C99.
 *
 *   size_t bound = czip_compress_bound(size), written;
 *   void* packed = malloc(bound);
 *   czip_status status = czip_compress(packed, bound, &written, text, size, CZIP_LEVEL_DEFAULT);
 *   if (status != CZIP_OK) complain(czip_last_error());
 *
 * Text is any sequence of bytes; lengths and offsets are in bytes. A compressed file is the same on
 * every machine, for any number of threads, and byte for byte what the command czip writes.
 *
 * Errors. Every function that can fail returns a czip_status, and czip_last_error() then has a
 * message for people. No function prints, ends the program, reads the environment or throws; when
 * memory runs out, that is CZIP_ERROR_OUT_OF_MEMORY. Compressed files may be hostile: damage is an
 * error, never a wrong text (but see CZIPv1 below), and CZIP_D_MEMORY_LIMIT and CZIP_D_MAX_OUTPUT
 * bound what a file may cost. A null pointer where one is not allowed is
 * CZIP_ERROR_INVALID_ARGUMENT. Where a function fails, what it was to give is 0 or null.
 *
 * Threads. Different objects may be used by different threads at once. One context may be used by
 * one thread at a time; a model is immutable, and any number of threads may use one.
 *
 * Callbacks must not throw, must not jump out, and must not use the context that calls them.
 *
 * Formats. CZIPv2 is czip's own. CZIPv1 is compress.zip's, which czip reads and writes bit for bit;
 * it has neither a checksum nor the hash of its model, so damage, or a wrong model, may be noticed
 * or not, and it is coded as a whole, in memory. Decoding recognises either.
 */
#ifndef CZIP_H
#define CZIP_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define CZIP_API __attribute__((visibility("default")))
#else
#define CZIP_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version ---------------------------------------------------------------------------------
 * Of this header. A program may be run with a later library of the same major version; as long as
 * that is 0, of the same minor version. */
#define CZIP_VERSION_MAJOR 0
#define CZIP_VERSION_MINOR 1
#define CZIP_VERSION_PATCH 0
#define CZIP_VERSION_NUMBER \
  (CZIP_VERSION_MAJOR * 10000 + CZIP_VERSION_MINOR * 100 + CZIP_VERSION_PATCH)
#define CZIP_VERSION_QUOTE(text) #text
#define CZIP_VERSION_TEXT(number) CZIP_VERSION_QUOTE(number)
#define CZIP_VERSION_STRING             \
  CZIP_VERSION_TEXT(CZIP_VERSION_MAJOR) \
  "." CZIP_VERSION_TEXT(CZIP_VERSION_MINOR) "." CZIP_VERSION_TEXT(CZIP_VERSION_PATCH)

/* Of the library that is running: as CZIP_VERSION_NUMBER, and as CZIP_VERSION_STRING. */
CZIP_API unsigned czip_version_number(void);
CZIP_API const char* czip_version_string(void);

/* ---- Errors ---------------------------------------------------------------------------------- */

/* One of the following. The values never change; later versions may add some. */
typedef int czip_status;
enum {
  CZIP_OK = 0,
  CZIP_ERROR_INVALID_ARGUMENT = 1, /* asks for something that cannot be done */
  CZIP_ERROR_IO = 2,               /* a file or a callback could not be read */
  CZIP_ERROR_OUT_OF_MEMORY = 3,
  CZIP_ERROR_CANCELLED = 4,       /* a progress callback said so */
  CZIP_ERROR_OVER_LIMIT = 5,      /* takes more memory or makes more text than allowed */
  CZIP_ERROR_CORRUPT = 10,        /* the data contradict themselves */
  CZIP_ERROR_TRUNCATED = 11,      /* the data end too early */
  CZIP_ERROR_UNSUPPORTED = 12,    /* well formed, but this czip does not know or have it */
  CZIP_ERROR_MODEL_MISMATCH = 20, /* was made with a model that is not at hand */
  CZIP_ERROR_INTERNAL = 30,       /* a defect of czip: please report it */
  CZIP_ERROR_DST_TOO_SMALL = 40   /* the destination has no room for the result */
};

/* What kind of error `status` is, in a few words; never null, and valid for ever. */
CZIP_API const char* czip_status_text(czip_status status);

/* What went wrong in the last call of this thread that failed, in one line of UTF-8 without a final
 * period, cut at some 500 bytes; "" if none did. Valid until the next failure of this thread. */
CZIP_API const char* czip_last_error(void);

/* ---- Models ----------------------------------------------------------------------------------
 * A model is what czip knows of texts. A file decodes only with the very model it was made with,
 * which a CZIPv2 file names by its hash. Objects are counted: whoever gets a model from a function
 * here owns one reference and gives it back by czip_model_release(). */
typedef struct czip_model czip_model;

/* The model built into the library: the same object at each call, so that this costs nothing but
 * the first time. Error: CZIP_ERROR_UNSUPPORTED, if the library was built without one. */
CZIP_API czip_status czip_model_builtin(czip_model** model);

/* Reads a model file of either format into memory, as a whole: what becomes of the file later does
 * not matter. Only regular files are read. `tokenizer_path` names a tokenizer in JSON, which
 * replaces that of a model of CZIPv1 (compress.zip's come without one); null: none. Paths are in
 * the encoding of the system. Errors: io, corrupt, truncated, unsupported, model_mismatch (a
 * tokenizer that does not fit, or a model that is not the one it says), invalid_argument (a
 * tokenizer for CZIPv2, or none where one is needed), out_of_memory. */
CZIP_API czip_status czip_model_open(czip_model** model, const char* path,
                                     const char* tokenizer_path);

/* The same for a model file in memory, which is copied. `tokenizer` may be null. */
CZIP_API czip_status czip_model_copy(czip_model** model, const void* file, size_t size,
                                     const char* tokenizer, size_t tokenizer_size);

/* The same without a copy, for a file that is mapped or built in: `file` must stay as it is until
 * the last reference has been released, and so must what is mapped. Only `tokenizer` is copied. */
CZIP_API czip_status czip_model_borrow(czip_model** model, const void* file, size_t size,
                                       const char* tokenizer, size_t tokenizer_size);

/* One reference more; returns `model`. Null is allowed, as it is for release. */
CZIP_API czip_model* czip_model_retain(czip_model* model);
/* One reference fewer; the last frees the model. Contexts have references of their own. */
CZIP_API void czip_model_release(czip_model* model);

/* What a model says of itself; texts are UTF-8, live as long as the model, and are "" where it says
 * nothing. Of a null model: 0 or "". */
CZIP_API int czip_model_format(const czip_model* model);       /* 1 or 2: of CZIPv1 or CZIPv2 */
CZIP_API const char* czip_model_hash(const czip_model* model); /* 32 hexadecimal digits */
CZIP_API const char* czip_model_name(const czip_model* model);
CZIP_API const char* czip_model_license(const czip_model* model);
/* Whether levels 7 to 9 have a network to use, which CZIPv1 always has, and levels 6 to 9 a public
 * language model. */
CZIP_API int czip_model_has_network(const czip_model* model);
CZIP_API int czip_model_has_language_model(const czip_model* model);

/* ---- One call --------------------------------------------------------------------------------
 * With the built-in model, on the calling thread. A program that codes many short texts saves the
 * making of tables with a context. */

#define CZIP_LEVEL_DEFAULT 0 /* 6 with a model of CZIPv2; the model's own with one of CZIPv1 */
#define CZIP_LEVEL_MIN 1     /* fast */
#define CZIP_LEVEL_MAX 9     /* small; 5 with a model of CZIPv1 */

/* The most that `size` bytes become in CZIPv2, at every level, with every model and any
 * CZIP_C_BLOCK_BYTES, if the stream is not flushed; 0 if that is beyond size_t. */
CZIP_API size_t czip_compress_bound(size_t size);

/* Compresses src[0..size) to dst[0..capacity), which must not overlap, and stores the length of the
 * result. Checks the result by decoding it. `src` may be null if `size` is 0. Errors:
 * invalid_argument (no such level), dst_too_small (never, if capacity is czip_compress_bound(size)
 * or more), out_of_memory. */
CZIP_API czip_status czip_compress(void* dst, size_t capacity, size_t* written, const void* src,
                                   size_t size, int level);

/* Decompresses the file src[0..size) to dst[0..capacity), which must not overlap, and stores the
 * text's length. After an error, what is in `dst` is of no use. What follows the last frame and is
 * none, such as zeros or recovery data, is left alone. Errors: corrupt, truncated, unsupported,
 * model_mismatch, dst_too_small, out_of_memory. */
CZIP_API czip_status czip_decompress(void* dst, size_t capacity, size_t* written, const void* src,
                                     size_t size);

/* The length of the text that a file of either format says it has, which decoding will check; reads
 * the headers only and needs no model. A few bytes may claim terabytes: do not allocate what you
 * would not give. Errors: corrupt, truncated, unsupported, out_of_memory. */
CZIP_API czip_status czip_text_size(const void* src, size_t size, uint64_t* text_bytes);

/* ---- What contexts share --------------------------------------------------------------------- */

/* Called now and then with the bytes of text done so far, which never become fewer; never from two
 * threads at once, but from any that codes. During a stream, that may be between two calls. Returns
 * whether to go on: after 0, coding soon ends with CZIP_ERROR_CANCELLED. */
typedef int (*czip_progress)(void* user, uint64_t text_bytes);

/* Threads of the caller. Calls work(argument, i) once for each i < count, in any order, at once or
 * one after another, and returns when all calls have returned. `count` is at most the parameter
 * threads; with 1, it is not called. It need not be able to be called by the work that it runs.
 * During a stream it is called from a thread of the stream's own, and runs across calls. */
typedef void (*czip_executor)(void* user, size_t count, void (*work)(void* argument, size_t i),
                              void* argument);

/* Buffers of streams. A call moves `pos` on, which must not be beyond `size`. */
typedef struct czip_in_buffer {
  const void* src; /* may be null if size is 0 */
  size_t size;
  size_t pos; /* bytes taken */
} czip_in_buffer;
typedef struct czip_out_buffer {
  void* dst; /* may be null if size is 0 */
  size_t size;
  size_t pos; /* bytes given */
} czip_out_buffer;

/* What a stream is told with its input. */
enum {
  CZIP_CONTINUE = 0, /* more may come */
  CZIP_FLUSH = 1,    /* of compressing: ends the frame, so that all text so far can be decoded */
  CZIP_END = 2       /* this input is the last */
};

/* What a reset forgets. */
enum {
  CZIP_RESET_STREAM = 0, /* the stream that was begun */
  CZIP_RESET_ALL = 1     /* also parameters, models and callbacks, as if the context were new */
};

/* ---- Compressing ----------------------------------------------------------------------------- */

/* Parameters, models and callbacks, and tables that are kept for the next text (some 150 MB for
 * each thread after long texts at high levels). */
typedef struct czip_cctx czip_cctx;

/* Parameters of compressing, and what they are at first. */
enum {
  CZIP_C_LEVEL = 1,        /* CZIP_LEVEL_DEFAULT, or CZIP_LEVEL_MIN to CZIP_LEVEL_MAX; at first 0 */
  CZIP_C_THREADS = 2,      /* 0: as many as the machine has; at most 256; at first 1 */
  CZIP_C_BLOCK_BYTES = 3,  /* most text of a block of CZIPv2, 65536 to 67108864; 0, at first: the
                             level's. Smaller blocks make ranges quicker and files larger. */
  CZIP_C_MEMORY_LIMIT = 4, /* bytes that coding may take besides the model; 0, at first: any. Fewer
                              threads take less; where one takes too much, that is over_limit. */
  CZIP_C_VERIFY = 5        /* 1, at first: each block of CZIPv2 is decoded and compared before it is
                              written, which doubles the time; 0: not */
};

/* A new context, or null where memory runs out. */
CZIP_API czip_cctx* czip_cctx_create(void);
/* Ends the stream that was begun, if any, and waits for its threads. Null is allowed. */
CZIP_API void czip_cctx_free(czip_cctx* context);
/* The same, and the context can be used again. `what` is CZIP_RESET_STREAM or CZIP_RESET_ALL. */
CZIP_API czip_status czip_cctx_reset(czip_cctx* context, int what);

/* These four change what the next text is compressed with. Error during a stream:
 * invalid_argument. */
CZIP_API czip_status czip_cctx_set(czip_cctx* context, int parameter, int64_t value);
/* Null, as at first: the built-in one. The context keeps a reference of its own. */
CZIP_API czip_status czip_cctx_set_model(czip_cctx* context, czip_model* model);
/* Null: none, as at first. */
CZIP_API czip_status czip_cctx_set_progress(czip_cctx* context, czip_progress progress, void* user);
/* Null: threads of czip's own, as at first. */
CZIP_API czip_status czip_cctx_set_executor(czip_cctx* context, czip_executor executor, void* user);

/* As czip_compress, with what the context has been set to. Errors also: cancelled, over_limit,
 * unsupported (no built-in model; a text that CZIPv1 cannot hold), internal (verification failed),
 * and invalid_argument during a stream. With a model of CZIPv1 no bound is known. */
CZIP_API czip_status czip_cctx_compress(czip_cctx* context, void* dst, size_t capacity,
                                        size_t* written, const void* src, size_t size);

/* Compresses a text piece by piece. Takes from `in` and gives to `out` what can be; returns when it
 * needs more input, when it needs more room, or when all is done. The first call begins a stream;
 * it has a thread of its own, which reads and writes the buffers during calls only.
 *
 * `*done` becomes 1 when the directive is fulfilled: of CZIP_CONTINUE when the input is used up, of
 * CZIP_FLUSH when all output for the text so far has been given, of CZIP_END when the file is
 * complete; the next call then begins another. While it is 0, `out` is full: call again with the
 * same directive and more room.
 *
 * Without a flush the result is what `czip -c` writes of a pipe, and depends neither on the buffers
 * nor on the threads. A flush ends a frame, which costs some 10 to 100 bytes and what the next
 * frame has to learn anew. Memory does not grow with the text; CZIPv1 alone keeps all of it, and
 * cannot be flushed (unsupported).
 *
 * Errors: those of czip_cctx_compress. The stream is then at an end and gives the same error again,
 * until the context is reset; what `out` has is the beginning of a file. A buffer or directive that
 * is not valid is invalid_argument and changes nothing. */
CZIP_API czip_status czip_cctx_stream(czip_cctx* context, czip_out_buffer* out, czip_in_buffer* in,
                                      int directive, int* done);

/* ---- Decompressing --------------------------------------------------------------------------- */

typedef struct czip_dctx czip_dctx;

/* Parameters of decompressing, and what they are at first. */
enum {
  CZIP_D_THREADS = 1,      /* 0: as many as the machine has; at most 256; at first 1 */
  CZIP_D_MEMORY_LIMIT = 2, /* bytes that decoding may take besides models; 0, at first: any */
  CZIP_D_MAX_OUTPUT = 3    /* bytes of text that are given at most; 0, at first: any. More is
                              over_limit. */
};

/* Finds a model that a file names: `digits` are the 32 hexadecimal digits of its hash, or the first
 * 6 or 8 of them. Stores a reference, which the context takes over, in `*model`, or null if it
 * knows none. Another status than CZIP_OK ends the decoding with it. Called by one thread at a
 * time, and once for each model: the context keeps it until it is reset or freed. */
typedef czip_status (*czip_model_finder)(void* user, const char* digits, czip_model** model);

/* As for compressing. */
CZIP_API czip_dctx* czip_dctx_create(void);
CZIP_API void czip_dctx_free(czip_dctx* context);
CZIP_API czip_status czip_dctx_reset(czip_dctx* context, int what);
CZIP_API czip_status czip_dctx_set(czip_dctx* context, int parameter, int64_t value);
CZIP_API czip_status czip_dctx_set_progress(czip_dctx* context, czip_progress progress, void* user);
CZIP_API czip_status czip_dctx_set_executor(czip_dctx* context, czip_executor executor, void* user);

/* One more model to decode with. The context keeps a reference of its own. Where a file names one,
 * those added are asked first, then the built-in one, then the finder. CZIPv1 names none: its files
 * are decoded with that of its format which was added last. */
CZIP_API czip_status czip_dctx_add_model(czip_dctx* context, czip_model* model);
/* Null: none, as at first. */
CZIP_API czip_status czip_dctx_set_finder(czip_dctx* context, czip_model_finder finder, void* user);

/* As czip_decompress, with what the context has been set to. Errors also: cancelled, over_limit,
 * and invalid_argument during a stream. */
CZIP_API czip_status czip_dctx_decompress(czip_dctx* context, void* dst, size_t capacity,
                                          size_t* written, const void* src, size_t size);

/* Decompresses a file piece by piece, as czip_cctx_stream compresses; CZIP_FLUSH is no directive
 * here. What is given has been checked: after an error, `out` has the text before the damage. With
 * CZIP_END, `*done` becomes 1 when the whole text has been given. Bytes behind the last frame that
 * are none may stay in `in`, and calls are done all the same.
 *
 * With one thread, a call with CZIP_CONTINUE that is done has given all text that the input so far
 * holds. With several, a block's text may come with later input only. Memory does not grow with the
 * text; CZIPv1 alone keeps file and text, gives all of it at the end, and has its file counted
 * against CZIP_D_MEMORY_LIMIT. */
CZIP_API czip_status czip_dctx_stream(czip_dctx* context, czip_out_buffer* out, czip_in_buffer* in,
                                      int directive, int* done);

/* ---- Parts of a file, and what it says ------------------------------------------------------- */

/* Bytes that can be read anywhere. The functions may be called from any thread that codes, but not
 * from two at once; another status than CZIP_OK ends the reading with it. */
typedef struct czip_source {
  void* user;
  /* Stores up to `size` bytes from `offset` on, and their number; 0 of them at or behind the end */
  czip_status (*read_at)(void* user, uint64_t offset, void* buffer, size_t size, size_t* count);
  czip_status (*size)(void* user, uint64_t* size); /* of the whole file */
} czip_source;

/* Decodes and checks only the blocks of CZIPv2 that have a part of the text from `start` on, at
 * most `length` bytes of it, which must fit dst[0..capacity); fewer where the text ends. Errors:
 * those of czip_dctx_decompress, invalid_argument (a start behind the text's end), unsupported
 * (CZIPv1), io (a callback). */
CZIP_API czip_status czip_dctx_range(czip_dctx* context, const czip_source* source, uint64_t start,
                                     uint64_t length, void* dst, size_t capacity, size_t* written);
/* The same of a file in memory. */
CZIP_API czip_status czip_dctx_range_memory(czip_dctx* context, const void* src, size_t size,
                                            uint64_t start, uint64_t length, void* dst,
                                            size_t capacity, size_t* written);

/* What a file says of itself. Later versions may add fields at the end. */
typedef struct czip_info {
  size_t struct_size;  /* set it to sizeof(czip_info) before the call */
  int32_t format;      /* 1 or 2 */
  int32_t level;       /* of the first frame; 0 where it does not say */
  int32_t is_archive;  /* whether the text is a directory as czip -r packs it: a tar stream */
  int32_t needs_model; /* whether any part was coded with a model */
  uint64_t text_bytes; /* as the headers say */
  uint64_t file_bytes; /* up to the end of the last frame */
  uint64_t frames;     /* at least 1 */
  uint64_t blocks;     /* of CZIPv1, chunks */
  char model_hash[40]; /* of the first model that is needed: 32, 8 or 6 hexadecimal digits, of a
                           compact frame the first of them; "" where none is needed, and of CZIPv1 */
  int32_t more_models; /* whether a later frame names another model */
  int32_t reserved;    /* 0 */
} czip_info;

/* Reads and checks everything but the coded text. Needs no model. Errors: corrupt, truncated,
 * unsupported, io, out_of_memory, invalid_argument (a struct_size below that of version 0.1). */
CZIP_API czip_status czip_inspect(const czip_source* source, czip_info* info);
CZIP_API czip_status czip_inspect_memory(const void* src, size_t size, czip_info* info);

#ifdef __cplusplus
}
#endif

#endif
