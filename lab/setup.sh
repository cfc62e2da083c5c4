#!/bin/sh
# Makes this machine ready for the lab, the demo and the tests. It can be run at any time: it does
# what is still missing and says so, and has nothing to say when nothing is. Needs Debian (x86_64),
# root, Node 20 or later with npm; everything else it installs or builds. With the word "tests" it
# makes the disks of the tests, too.
set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin:/sbin

policy=/usr/sbin/policy-rc.d
policy_mark='# pulumi-lvs: no service is started while its set-up installs packages'

# --- What cannot be done from here ---

problems=''
problem() {
    problems="$problems  - $1
"
}

check_machine() {
    [ "$(uname -s)" = Linux ] || problem 'This is no Linux machine: the lab boots virtual machines with user-mode Linux.'
    [ "$(uname -m)" = x86_64 ] || problem "The processor is $(uname -m): user-mode Linux exists for x86_64 only."
    command -v apt-get >/dev/null || problem 'There is no apt-get: the hosts of the lab are made from Debian packages. Use Debian 12, in a virtual machine for instance.'
    if [ "$(id -u)" -ne 0 ]; then
        problem 'You are not root: the lab needs a network namespace and devices in it. Run this as root.'
    else
        unshare --net true 2>/dev/null || problem 'Network namespaces are not allowed here. In a container, start it with --privileged.'
        # The hosts' memory is there: 160 MB for each when it is full; the demo has five, `wide` eleven.
        [ "$(df -m --output=avail /dev/shm | tail -n 1)" -ge 1000 ] || problem 'Less than 1 GB is free in /dev/shm, which holds the memory of the hosts. In a container, start it with --shm-size=2g.'
        [ -c /dev/net/tun ] || problem 'There is no /dev/net/tun: run "modprobe tun"; in a container, start it with --device /dev/net/tun.'
    fi
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        problem 'There is no Node.js with npm: install version 20 or later.'
    elif [ "$(node -p 'parseInt(process.versions.node)')" -lt 20 ]; then
        problem "Node.js is $(node --version): version 20 or later is needed."
    fi
    if [ -n "$problems" ]; then
        printf 'This machine cannot run the lab:\n%s' "$problems" >&2
        printf 'The unit tests need none of this: npm ci && npm run test:unit\n' >&2
        exit 1
    fi
}

# --- Debian packages ---

# The packages of those programs that are not here.
missing_packages() {
    while read -r program package; do
        command -v "$program" >/dev/null || printf '%s ' "$package"
    done <<END
mmdebstrap mmdebstrap
ip iproute2
ethtool ethtool
mke2fs e2fsprogs
ssh openssh-client
sshd openssh-server
curl curl
patchelf patchelf
shellcheck shellcheck
apt-ftparchive apt-utils
make make
gcc gcc
strings binutils
flex flex
bison bison
bc bc
busybox busybox
systemd-nspawn systemd-container
xz xz-utils
END
    [ -e /usr/include/stdio.h ] || printf 'libc6-dev '
    [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || printf 'debian-archive-keyring '
}

# Tests run an sshd of their own: its package must not make this machine listen, now or later.
forbid_services() {
    if [ -e "$policy" ]; then mv "$policy" "$policy.pulumi-lvs"; fi
    printf '#!/bin/sh\n%s\nexit 101\n' "$policy_mark" >"$policy"
    chmod 755 "$policy"
}

allow_services_as_before() {
    if grep -qsF "$policy_mark" "$policy"; then rm "$policy"; fi
    if [ -e "$policy.pulumi-lvs" ]; then mv "$policy.pulumi-lvs" "$policy"; fi
}

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 "$@" >/dev/null
}

install_packages() {
    trap allow_services_as_before EXIT
    trap 'exit 130' INT TERM
    forbid_services
    # Old package lists name versions that are gone; having none, apt knows no package at all.
    # shellcheck disable=SC2086 # one word each
    apt install --yes --no-install-recommends $1 2>/dev/null || {
        apt update
        apt install --yes --no-install-recommends $1
    }
    case " $1" in *' openssh-server '*) systemctl --quiet disable ssh.service ssh.socket || true ;; esac
    allow_services_as_before
    trap - EXIT INT TERM
}

# --- npm packages ---

npm_is_current() {
    sha256sum package-lock.json | cmp -s - node_modules/.pulumi-lvs-lock
}

install_npm_packages() {
    npm ci --no-audit --no-fund --loglevel=error >/dev/null
    sha256sum package-lock.json >node_modules/.pulumi-lvs-lock
}

# Says what is done and how long it took, as the later steps do.
step() {
    title=$1
    shift
    started=$(date +%s)
    printf '%s ...\n' "$title" >&2
    "$@"
    printf '%s: %s s\n' "$title" "$(($(date +%s) - started))" >&2
}

check_machine
allow_services_as_before # in case an earlier run was killed
packages=$(missing_packages)
if [ -n "$packages" ]; then step "Installing Debian packages (${packages% })" install_packages "$packages"; fi
npm_is_current || step 'Installing npm packages' install_npm_packages
exec node_modules/.bin/tsx lab/setup.ts "$@"
