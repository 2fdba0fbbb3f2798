// OpenSSL's one-shot SHA-256. libpq loads libcrypto anyway, and Debian keeps it patched.
#include <openssl/sha.h>
