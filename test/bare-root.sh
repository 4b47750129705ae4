#!/usr/bin/env bash
# Proves the README's claim about a bare machine: makes a fresh Debian root filesystem with only what the
# README names, clones the project into it and runs its commands there with empty caches.
# Not part of `npm test`: it takes most of an hour.
#
#   test/bare-root.sh [FOLDER] [COMMAND ...]
#
# FOLDER, new or empty, gets the root filesystem and the log, and is left for inspection; default: a
# temporary one. The commands default to the README's two. Needs root and debootstrap.
set -euo pipefail

project=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$(mktemp -d)}
shift || true
commands=("$@")
# A lab ends with the process namespace of the command that started it.
[ ${#commands[@]} -gt 0 ] || commands=("npm test" "npm run demo && npm run lab -- down")
root=$folder/root
mkdir -p "$folder"
[ ! -e "$root" ] || { echo "$root is there already; give a new folder" >&2; exit 2; }

say() { printf '%s  %s\n' "$(date +%T)" "$*" | tee -a "$folder/log"; }

# What the README's table names; git is for the clone.
packages=gcc,libc6-dev,python3,python3-pip,iproute2,wget,util-linux,ca-certificates,git
say "root filesystem with $packages"
debootstrap --variant=minbase --include="$packages" bookworm "$root" >"$folder/debootstrap.log"

# Go and Node.js are the ones of this machine: Debian's are older than the README asks for.
cp -a "$(go env GOROOT)" "$root/usr/local/go"
node=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
mkdir -p "$root/usr/local/lib/node_modules"
cp "$node/bin/node" "$root/usr/local/bin/"
cp -a "$(npm root --global)/npm" "$root/usr/local/lib/node_modules/"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"

# How this machine reaches its package registries. Whoever runs this has the same home in the new root.
certificates=/etc/ssl/certs/ca-certificates.crt
for file in /etc/resolv.conf /etc/hosts /etc/pip.conf $certificates "$HOME/.npmrc"; do
  [ ! -e "$file" ] || { mkdir -p "$root$(dirname "$file")" && cp -L "$file" "$root$file"; }
done
cp -a /etc/apt/. "$root/etc/apt/"

git clone --quiet "$project" "$root$HOME/project"

# Everything below runs in the new root with an environment of its own: no cache is shared.
inside() {
  unshare --mount --pid --fork --kill-child bash -euc '
    root=$1; shift
    mount --make-rprivate /
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount --rbind /sys "$root/sys"
    mount --rbind /dev "$root/dev"
    # Not chroot: what enters the namespace later, such as a container engine, would find the old root.
    mkdir -p "$root/.old" && cd "$root" && pivot_root . .old && umount -l /.old
    exec "$@"' - "$root" \
    env -i HOME="$HOME" TERM=dumb LANG=C.UTF-8 PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    GOPROXY="$(go env GOPROXY)" SSL_CERT_FILE=$certificates PIP_CERT=$certificates NODE_EXTRA_CA_CERTS=$certificates \
    bash -c 'cd ~/project && '"$1"
}

for command in "${commands[@]}"; do
  say "\$ $command"
  since=$SECONDS
  if inside "$command" 2>&1 | tee -a "$folder/log"; then result=ok; else result=failed; fi
  say "$result after $((SECONDS - since)) s: $command"
  [ $result = ok ] || exit 1
done
inside "git status --short" | tee -a "$folder/log"
