// libpq. `Postgres` alone stands before it.
#include <libpq-fe.h>
