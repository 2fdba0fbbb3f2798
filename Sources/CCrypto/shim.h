// OpenSSL's digests. libpq loads libcrypto anyway, and Debian keeps it patched. `Digest` alone stands before it.
#include <openssl/evp.h>
