// libfcgi's request API. `fcgi_stdio.h`, which redefines stdio, is left out on purpose.
#include <fcgiapp.h>
