// OpenSSL's one-shot SHA-256. libpq loads libcrypto anyway, and Debian keeps it patched. `Digest` alone stands before it.
#include <openssl/sha.h>
