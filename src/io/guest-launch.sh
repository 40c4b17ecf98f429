#!/bin/sh
# Starts one instance: its init, in namespaces of its own, and a console log that can't fill the disk.
#
#   guest-launch.sh DIRECTORY NETNS STATE
#
# DIRECTORY is the instance's own, NETNS the network namespace made for it, STATE what the instance must not see.
# Descriptor 3 gets a line when the instance is set up, and is closed without one when that failed.
# Lives as long as the instance does, whatever becomes of the process that started it.

set -u
here=$(dirname "$(readlink -f "$0")")
directory=$1 netns=$2 state=$3
cd "$directory" || exit

# The lock is held, through the descriptor, by this shell and by init: however often and from wherever an instance is
# started, it runs once. The wait is for the last incarnation's shell, which ends just after its init.
exec 9>lock
flock --timeout 2 9 || exit 0

console_bytes() { stat --format %s console.log 2>/dev/null || echo 0; }

# Copies stdin to console.log; a full one becomes console.log.1. Small blocks, because dd counts reads, not bytes.
keep_console() {
  while before=$(console_bytes)
    dd bs=128 count=4096 oflag=append conv=notrunc of=console.log 2>/dev/null
    [ "$(console_bytes)" -gt "$before" ]
  do
    [ "$(console_bytes)" -lt 524288 ] || mv console.log console.log.1
  done
  cat >/dev/null # the disk is full: the instance must not be ended by that
}

nsenter --net="/run/netns/$netns" \
  unshare --mount --propagation slave --pid --fork --uts --ipc \
  /bin/sh "$here/guest-init.sh" "$directory" "$state" 2>&1 </dev/null |
  keep_console 3>&- 9>&-
