#!/usr/bin/env bash
# Boots a folder that holds a Debian with systemd as a machine of its own: systemd is its first process, in namespaces of
# everything but accounts, without a network. What it writes is in memory, and gone at its end; the folder stays as it
# is. As root. Kill it, and all that runs there is killed.
#
# Usage: machine.sh NAME FOLDER [SOURCE TARGET]…
#
#   NAME            of its control group, which is to be removed by whoever has killed it
#   SOURCE TARGET   a folder of this machine, and where it is in that one

set -euo pipefail

# The folders of systemd's control groups on this machine: one hierarchy, or, of the first version, those that it needs.
hierarchies() {
    local folder
    for folder in /sys/fs/cgroup /sys/fs/cgroup/{systemd,unified}; do
        case $(stat -f -c %T "$folder" 2>/dev/null) in cgroupfs | cgroup2fs) printf '%s\n' "$folder" ;; esac
    done
}

make_devices() {
    local device
    mount -t tmpfs -o mode=755 tmpfs dev
    mkdir dev/shm dev/pts
    for device in null zero full random urandom tty; do
        : >"dev/$device"
        mount --bind "/dev/$device" "dev/$device"
    done
    mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
    ln -s pts/ptmx dev/ptmx
}

mount_cgroups() {
    case $(stat -f -c %T /sys/fs/cgroup) in
    cgroup2fs) mount -t cgroup2 cgroup2 sys/fs/cgroup ;;
    *)
        mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
        mkdir sys/fs/cgroup/{systemd,unified}
        mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
        mount -t cgroup2 cgroup2 sys/fs/cgroup/unified
        ;;
    esac
}

# boot FOLDER [SOURCE TARGET]…
boot() {
    # Over whatever this machine has there, which nobody else notices. The path of the folder may hold what is special in
    # an option.
    mount -t tmpfs -o mode=755 tmpfs /mnt
    mkdir /mnt/{upper,work,root}
    cd "$1"
    mount -t overlay -o lowerdir=.,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
    shift
    cd /mnt/root
    mount -t proc proc proc
    mount -t sysfs -o ro sysfs sys
    mount -t tmpfs -o mode=755 tmpfs run
    mount -t tmpfs -o mode=1777 tmpfs tmp
    make_devices
    mount_cgroups
    while [ $# -gt 0 ]; do
        mkdir -p "./$2"
        mount --bind "$1" "./$2"
        shift 2
    done
    ip link set lo up
    # The root of all namespaces: a user namespace, as PrivateUsers= makes one, cannot be made below a chroot.
    pivot_root . .
    umount -l .
    # Anything here tells systemd that the machine is a container.
    exec env -i container=debrief PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=basic.target
}

case ${1-} in
--inside)
    # Alone in its group: of the second version, one that has others below it must have no process.
    for hierarchy in $(hierarchies); do
        mkdir -p "$hierarchy/$2"
        echo 0 >"$hierarchy/$2/cgroup.procs"
    done
    exec unshare --cgroup "$0" --boot "${@:3}"
    ;;
--boot) boot "${@:2}" ;;
*)
    [ $# -ge 2 ] || {
        printf 'usage: %s NAME FOLDER [SOURCE TARGET]…\n' "${0##*/}" >&2
        exit 64
    }
    exec unshare --mount --pid --net --uts --ipc --fork --kill-child "$0" --inside "$@"
    ;;
esac
