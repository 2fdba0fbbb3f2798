// libfcgi's request API. `fcgi_stdio.h`, which redefines stdio, is left out on purpose. `FastCGI` alone stands before it.
#include <fcgiapp.h>
