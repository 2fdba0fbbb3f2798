#!/usr/bin/env bash
# Makes a folder that holds a fresh Debian 12 with systemd, and with what the package of Debrief will have apt install
# there, downloaded but not installed: machine.sh, which changes nothing of it, boots it without a network. As root. Does
# nothing where the folder is there and was made by this version of the script.
#
# Usage: debian.sh FOLDER

set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

[ $# = 1 ] || {
    printf 'usage: %s FOLDER\n' "${0##*/}" >&2
    exit 64
}
mkdir -p "${1%/*}"
folder=$(realpath -ms -- "$1")
exec 9>>"$folder.lock"
flock 9
! cmp -s "$0" "$folder/made-by" || exit 0

# From where this machine has its own packages, updates for security included; debootstrap knows another way where it does
# not say.
# shellcheck disable=SC2016 # The fields are apt's.
sources=$(apt-get indextargets --format 'deb $(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
    grep -E ' bookworm(-updates|-security)? main$' || true)
mirror=$(awk '$3 == "bookworm" { print $2; exit }' <<<"$sources")

rm -rf "$folder" "$folder.new"
debootstrap --variant=minbase --include=systemd,systemd-sysv,logrotate bookworm "$folder.new" ${mirror:+"$mirror"}
chroot "$folder.new" apt-get clean
if [ -n "$mirror" ]; then
    printf '%s\n' "$sources" >"$folder.new/etc/apt/sources.list"
    chroot "$folder.new" apt-get update
fi
chroot "$folder.new" apt-get install --yes --download-only --no-install-recommends nginx libfcgi0ldbl libpq5 libssl3
cp "$0" "$folder.new/made-by"
mv "$folder.new" "$folder"
