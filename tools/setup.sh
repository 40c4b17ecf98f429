# What Bailey needs on a machine, and how it gets there. Sourced, with $root set to the checkout's root.
#
#   setup_packages    npm packages, Node 24 among them
#   setup_system      commands and libraries of the system
#   node_24           prints the path of a Node that is new enough
#
# Progress goes to stderr. Each returns non-zero, having said what to do, when something stays missing.

# Users' PATH often lacks the directories of nft and ip.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

say() { printf 'bailey: %s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# npm writes this file last, so an installation that was cut short does not count.
packages_are_current() {
  [ -e "$root/node_modules/.package-lock.json" ] &&
    [ ! "$root/package-lock.json" -nt "$root/node_modules/.package-lock.json" ]
}

setup_packages() {
  packages_are_current && return
  has npm || {
    say "npm is missing; install Node.js 20.19 or later with npm: https://nodejs.org/en/download"
    return 1
  }
  # One at a time: the lock is on the checkout's directory itself.
  (
    ! has flock || flock 8
    packages_are_current && exit
    say "installing npm packages (once)"
    # Not `npm ci`: it refuses a lock file that leaves out optional packages of other platforms. Versions are the lock's.
    cd "$root" && npm install --no-save --no-audit --no-fund --loglevel=error >&2 && touch node_modules/.package-lock.json
  ) 8<"$root" || {
    say "the npm packages could not be installed; in $root, try: npm install --no-save"
    return 1
  }
}

is_24() { [ "$("$1" -p 'Number(process.versions.node.split(".")[0]) >= 24' 2>/dev/null)" = true ]; }

node_24() {
  for candidate in "$root/node_modules/.bin/node" "$(command -v node)"; do
    is_24 "$candidate" && echo "$candidate" && return
  done
  say "Node.js 24 or later is missing, and npm has none for this machine: https://nodejs.org/en/download"
  return 1
}

has_libnftables() { ldconfig -p 2>/dev/null | grep -q 'libnftables\.so\.1 '; }

# The Debian packages of what is not there.
missing_packages() {
  has nft || echo nftables
  has_libnftables || echo libnftables1
  has ip || echo iproute2
  { has unshare && has nsenter && has flock; } || echo util-linux
}

setup_system() {
  install_debian $(missing_packages) || return # unquoted: a word a package
  [ -z "$(missing_packages)" ] && return
  say "still missing after the installation: $(missing_packages | tr '\n' ' ')"
  return 1
}

# Installs Debian packages, where this is Debian or its kin and we are root; otherwise says how.
install_debian() {
  [ $# -gt 0 ] || return 0
  has apt-get || {
    say "this system lacks what Debian packages as: $*. Install them with its package manager."
    return 1
  }
  [ "$(id -u)" = 0 ] || {
    say "missing on this machine: $*. Install with: sudo apt-get install $*"
    return 1
  }
  say "installing Debian packages: $*"
  apt-get update >&2 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@" >&2 || {
    say "that did not work; try: apt-get install $*"
    return 1
  }
}
