// The C library's character conversion, with its errors as results: Swift sees neither errno nor (iconv_t)-1.
#include <errno.h>
#include <iconv.h>
#include <stddef.h>

// A converter to UTF-8, or NULL when the system has none for this encoding.
static inline void *tributary_converter_open(const char *encoding) {
    iconv_t converter = iconv_open("UTF-8", encoding);
    return converter == (iconv_t)-1 ? NULL : (void *)converter;
}

static inline void tributary_converter_close(void *converter) { iconv_close((iconv_t)converter); }

// 0: all input converted; 1: bytes that are no character; 2: the input ends inside a character; 3: the output is full.
static inline int tributary_convert(
    void *converter, const unsigned char **input, size_t *input_left, unsigned char **output, size_t *output_left) {
    if (iconv((iconv_t)converter, (char **)input, input_left, (char **)output, output_left) != (size_t)-1) return 0;
    return errno == EILSEQ ? 1 : errno == EINVAL ? 2 : 3;
}
