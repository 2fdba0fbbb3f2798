#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

static int refuse(void) {
    errno = EPERM;
    return -1;
}

int debrief_become(unsigned user, unsigned group) {
    // While there still is the capability for it; where there is none, what is not in the set of this process cannot come back either.
    for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++) prctl(PR_CAPBSET_DROP, capability);
    if (setgroups(0, NULL) != 0 || setresgid(group, group, group) != 0 || setresuid(user, user, user) != 0) return -1;
    uid_t users[3];
    gid_t groups[3];
    if (getresuid(&users[0], &users[1], &users[2]) != 0 || getresgid(&groups[0], &groups[1], &groups[2]) != 0) return -1;
    for (int i = 0; i < 3; i++) {
        if (users[i] != user || groups[i] != group) return refuse();
    }
    return getgroups(0, NULL) == 0 ? 0 : refuse();
}

int debrief_give_up_capabilities(void) {
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct had[_LINUX_CAPABILITY_U32S_3], none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    if (syscall(SYS_capget, &header, had) != 0) return -1;
    // Where there are none, the service manager may not let anybody ask for it.
    if (memcmp(had, none, sizeof none) != 0 && syscall(SYS_capset, &header, none) != 0) return -1;
    // There is no way back to root, by whatever is left.
    return setresuid((uid_t)-1, 0, (uid_t)-1) != 0 ? 0 : refuse();
}

int debrief_no_new_privileges(void) {
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int debrief_not_dumpable(void) {
    struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none) == 0 ? prctl(PR_SET_DUMPABLE, 0) : -1;
}

int debrief_limit_descriptors(unsigned count) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    if (limit.rlim_cur > count) limit.rlim_cur = count;
    if (limit.rlim_max > count) limit.rlim_max = count;
    return setrlimit(RLIMIT_NOFILE, &limit);
}

static int ascending(const void *left, const void *right) {
    int a = *(const int *)left, b = *(const int *)right;
    return (a > b) - (a < b);
}

void debrief_close_others(int *kept, unsigned count) {
    qsort(kept, count, sizeof *kept, ascending);
    int next = STDERR_FILENO + 1;
    for (unsigned i = 0; i < count; i++) {
        for (; next < kept[i]; next++) close(next);
        if (kept[i] >= next) next = kept[i] + 1;
    }
    closefrom(next);
}

int debrief_open_as(unsigned user, unsigned group, const char *path, int flags, unsigned mode) {
    setfsgid(group);
    setfsuid(user);
    int descriptor = open(path, flags, mode);
    int error = errno;
    setfsuid(geteuid());
    setfsgid(getegid());
    // The kernel has forgotten it with the change.
    prctl(PR_SET_DUMPABLE, 0);
    errno = error;
    return descriptor;
}

int debrief_give_file(int descriptor, unsigned user, unsigned group) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) return -1;
    int is_ours = status.st_uid == geteuid() || status.st_uid == user;
    int is_plain = S_ISREG(status.st_mode) || S_ISSOCK(status.st_mode);
    if (!is_ours || !is_plain || status.st_nlink != 1) return refuse();
    return fchownat(descriptor, "", user, group, AT_EMPTY_PATH);
}

int debrief_open_own(const char *path, int flags) {
    prctl(PR_SET_DUMPABLE, 1);
    int descriptor = open(path, flags);
    int error = errno;
    prctl(PR_SET_DUMPABLE, 0);
    errno = error;
    return descriptor;
}

int debrief_open_path(const char *path) {
    return open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

// Whether an entry of the environment is the variable, or, where the name ends in *, one that begins so.
static int is_named(const char *entry, const char *name) {
    size_t length = strlen(name);
    if (name[length - 1] == '*') return strncmp(entry, name, length - 1) == 0;
    return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

static int is_among(const char *entry, const char *const *names) {
    for (; *names; names++) {
        if (is_named(entry, *names)) return 1;
    }
    return 0;
}

int debrief_hide_environment(const char *const *dropped) {
    size_t count = 0, kept = 0;
    while (environ[count]) count++;
    char **copy = calloc(count + 1, sizeof *copy);
    if (!copy) return -1;
    for (size_t i = 0; i < count; i++) {
        if (is_among(environ[i], dropped)) continue;
        copy[kept] = strdup(environ[i]);
        if (!copy[kept++]) return -1;
    }
    for (size_t i = 0; i < count; i++) explicit_bzero(environ[i], strlen(environ[i]));
    environ = copy;
    return 0;
}

void debrief_forget_environment(const char *const *dropped) {
    char **kept = environ;
    for (char **entry = environ; *entry; entry++) {
        if (is_among(*entry, dropped)) {
            explicit_bzero(*entry, strlen(*entry));
        } else {
            *kept++ = *entry;
        }
    }
    *kept = NULL;
}
