// What Swift cannot say about processes and waiting: functions that Glibc's module leaves out, and macros.
#ifndef DEBRIEF_CPROCESS_H
#define DEBRIEF_CPROCESS_H
#endif
