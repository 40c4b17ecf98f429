#!/bin/sh
# PID 1 of an instance, started by guest-launch.sh in fresh mount, PID, UTS and IPC namespaces and the network
# namespace the data plane made. The file system is the host's, but for what an instance needs for itself:
# /proc, /sys, /run, /tmp, /dev/shm and its names in /etc.

set -u
directory=$1 state=$2
names='hostname hosts resolv.conf'

say() { echo "bailey: $*"; }

# A private /run, which brings the instance's files along: DIRECTORY may be out of sight once /tmp and /run are new.
private_run() {
  mount -n -t tmpfs -o mode=755 tmpfs "$directory/run" &&
    mkdir -m 755 "$directory/run/bailey" &&
    mkdir -m 1777 "$directory/run/lock" &&
    (cd "$directory" && cp $names user-data run/bailey/) &&
    mount -n --move "$directory/run" /run
}

# Makes /etc/NAME ours. The name may be a link into /run, which is new here; where it leads nowhere, /etc becomes a
# copy, because the host's own must not gain a file.
private_names() {
  for name in $names; do
    target=$(readlink -m "/etc/$name")
    case $target in /run/*) mkdir -p "${target%/*}" && : >"$target" ;; esac
    [ -e "$target" ] || copy_etc || return
  done
  for name in $names; do
    mount -n --bind "/run/bailey/$name" "$(readlink -m "/etc/$name")" || return
  done
}

copy_etc() {
  mkdir /run/bailey/etc
  cp -a /etc/. /run/bailey/etc 2>/dev/null # what this user may not read stays behind
  for name in $names; do
    rm -f "/run/bailey/etc/$name" && : >"/run/bailey/etc/$name" || return
  done
  mount -n --bind /run/bailey/etc /etc
}

set_up() {
  private_run &&
    mount -n -t proc proc /proc &&
    mount -n -t tmpfs -o mode=1777 tmpfs /tmp &&
    private_names &&
    hostname "$(cat /run/bailey/hostname)" &&
    ip link set lo up || return
  # Some containers refuse a new sysfs, and then only show the host's interfaces in it.
  mount -n -t sysfs sysfs /sys 2>/dev/null
  [ ! -d /dev/shm ] || mount -n -t tmpfs -o mode=1777 tmpfs /dev/shm
  [ ! -d "$state" ] || mount -n -t tmpfs -o mode=0 tmpfs "$state"
}

# At every start: a script as it is, anything else by /bin/sh.
run_user_data() {
  script=/run/bailey/user-data
  [ -s "$script" ] || return 0
  read -r first <"$script"
  case $first in
  '#!'*) chmod 700 "$script" && set -- "$script" ;;
  '#cloud-'* | '#include'* | '## template'* | [Cc]ontent-[Tt]ype:* | MIME-[Vv]ersion:*)
    say "user data begins with '$first': only scripts are run, so it was not"
    return
    ;;
  *) set -- /bin/sh "$script" ;;
  esac
  home=/root
  [ -w "$home" ] || home=/tmp
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME="$home" LANG=C.UTF-8 "$@"
  say "user data ended with exit code $?"
}

# Asks every process to end and leaves when none is left, or after a minute: the host does not wait that long.
stop() {
  trap '' TERM
  say "stopping"
  kill -s TERM -- -1
  kill -s CONT -- -1
  tenths=0
  while set -- /proc/[0-9]* && [ $# -gt 1 ] && [ $tenths -lt 600 ]; do
    sleep 0.1 9>&-
    tenths=$((tenths + 1))
  done
  say "stopped"
  exit 0
}

say "starting $(cat "$directory/hostname") at $(date -u +%Y-%m-%dT%H:%M:%SZ)"
set_up || {
  say "this host can't set the instance up"
  exit 1
}
cd / || exit
trap stop TERM
run_user_data 3>&- 9>&- &
echo ready >&3
exec 3>&-
# While the shell waits for a child that never ends, it reaps every other one, and those it has inherited.
while :; do
  sleep infinity 9>&- &
  wait $!
done
