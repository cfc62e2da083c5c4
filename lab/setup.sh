#!/bin/sh
# Prepare this machine for the lab, the demo and the tests. The script can run at any time: it does
# only what is missing, prints each step, and prints nothing if everything is there. Needs Debian
# (x86_64), root, and Node 20.12 or later with npm. It installs or builds everything else. With the
# argument "tests" it also makes the disks of the tests, and with "full" it installs a browser.
set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin:/sbin

policy=/usr/sbin/policy-rc.d
policy_mark='# pulumi-lvs: no service is started while its set-up installs packages'

# --- Requirements that the script cannot meet ---

problems=''
problem() {
    problems="$problems  - $1
"
}

check_machine() {
    [ "$(uname -s)" = Linux ] || problem 'This machine does not run Linux. The lab boots virtual machines with user-mode Linux.'
    [ "$(uname -m)" = x86_64 ] || problem "The processor is $(uname -m): user-mode Linux needs x86_64."
    command -v apt-get >/dev/null || problem 'apt-get is missing. The hosts of the lab are made of Debian packages. Use Debian 12, for example in a virtual machine.'
    if [ "$(id -u)" -ne 0 ]; then
        problem 'You are not root. The lab creates a network namespace with devices. Run this as root.'
    else
        unshare --net true 2>/dev/null || problem 'Network namespaces are not allowed. If this is a container, start it with --privileged.'
        # /dev/shm holds the memory of hosts: up to 160 MB each. The demo has five hosts, and the
        # tests run four labs at once.
        memory=1
        [ "${1:-}" != tests ] || memory=2
        [ "$(df -m --output=avail /dev/shm | tail -n 1)" -ge "${memory}000" ] || problem "Less than $memory GB is free in /dev/shm, which holds the memory of the hosts. If this is a container, start it with --shm-size=2g."
        [ -c /dev/net/tun ] || problem '/dev/net/tun is missing. Run "modprobe tun". If this is a container, start it with --device /dev/net/tun.'
    fi
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        problem 'Node.js with npm is missing. Install version 20.12 or later.'
    elif ! printf 'v20.12.0\n%s\n' "$(node --version)" | sort -V -C; then
        problem "Node.js is $(node --version). Install version 20.12 or later."
    fi
    if [ -n "$problems" ]; then
        printf 'This machine cannot run the lab:\n%s' "$problems" >&2
        printf 'The unit tests run without it: npm ci && npm run test:unit\n' >&2
        exit 1
    fi
}

# --- Debian packages ---

# Print the packages of the missing programs. The arguments are those of the script.
missing_packages() {
    case " $* " in
        *' full '*) command -v chromium >/dev/null || printf 'chromium ' ;;
    esac
    case " $* " in
        *' tests '*) python3 -c 'import ensurepip, venv' 2>/dev/null || printf 'python3-venv ' ;;
    esac
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
git git
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

# Tests run their own sshd. The package must never start the service of this machine.
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
    # Old package lists name versions that no longer exist. Without lists, apt knows no packages.
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

# Run a step. Print its name and its duration, as lab/progress.ts does.
step() {
    title=$1
    shift
    started=$(date +%s)
    printf '%s ...\n' "$title" >&2
    "$@"
    printf '%s: %s s\n' "$title" "$(($(date +%s) - started))" >&2
}

check_machine "$@"
allow_services_as_before # in case an earlier run was killed
packages=$(missing_packages "$@")
if [ -n "$packages" ]; then step "Installing Debian packages (${packages% })" install_packages "$packages"; fi
npm_is_current || step 'Installing npm packages' install_npm_packages
exec node_modules/.bin/tsx lab/setup.ts "$@"
