#!/bin/sh
# Builds kernel modules that Debian leaves out: IPVS's scheduler twos, and those for nft. Debian's
# user-mode Linux has nf_tables, but without the families ip, ip6 and inet, on which all rules
# stand. What was compiled with the families left out is built anew, and what there was no use for
# without them. Usage, in an empty folder:
#   modules.sh KERNEL VERSION SOURCE
# KERNEL is the unpacked package of the kernel VERSION, SOURCE a linux-source-*.tar.xz of the same
# series. Leaves all of the kernel's modules in ./modules/VERSION, the new ones in its "updates".
set -eu
kernel=$1
version=$2
source=$3

new='
    net/netfilter/nf_tables.ko
    net/netfilter/nf_nat.ko
    net/netfilter/nft_chain_nat.ko
    net/netfilter/nft_fib.ko
    net/netfilter/nft_masq.ko
    net/netfilter/nft_nat.ko
    net/netfilter/nft_redir.ko
    net/netfilter/nft_reject_inet.ko
    net/ipv4/netfilter/nft_fib_ipv4.ko
    net/ipv4/netfilter/nft_reject_ipv4.ko
    net/ipv6/netfilter/nft_reject_ipv6.ko
    net/netfilter/ipvs/ip_vs_twos.ko
'
# nft_fib_ipv6 and nft_fib_inet are not among them: a kernel that is built without them does not
# export what they call.

# A tenth of the source: what the build reads on its way to these modules.
unpack() {
    mkdir source
    top=$(basename "$source" .tar.xz)
    tar -C source --strip-components=1 -I 'xz -T2' -xf "$source" --wildcards \
        '*/Kconfig*' '*/Makefile*' '*/Kbuild*' "$top/include" "$top/scripts" "$top/tools/include" \
        "$top/arch/um" "$top/arch/x86" "$top/kernel" "$top/net" "$top/security/selinux/include"
}

configure() {
    # A kernel loads modules that name its very version. Point releases differ by bug fixes.
    sed -i "s/^SUBLEVEL = .*/SUBLEVEL = ${version##*.}/" Makefile
    gunzip -c "$kernel/usr/share/doc/user-mode-linux/config.gz" >.config
    scripts/config -e NF_TABLES_INET -e NF_TABLES_IPV4 -e NF_TABLES_IPV6 -e NF_TABLES_NETDEV \
        -m NFT_NAT -m NFT_REJECT_INET -m NFT_FIB_IPV4 -m IP_VS_TWOS
    make -s ARCH=um olddefconfig
}

build() {
    # There is no kernel beside them to look its symbols up in: `check` does that.
    # shellcheck disable=SC2086 # one word each
    KBUILD_MODPOST_WARN=1 make -s -j2 ARCH=um $new
    cp -R "$kernel/usr/lib/uml/modules/$version" "$modules"
    mkdir "$modules/updates"
    # shellcheck disable=SC2086
    cp $new "$modules/updates"
    # Four fifths of them are for debuggers.
    find "$modules" -name '*.ko' -exec strip --strip-debug {} +
}

# Are all symbols that the modules want in the kernel or in a module? The kernel has the exported
# names as strings, one of which may be the end of a longer one.
check() {
    {
        strings -a "$kernel/linux" | grep -x '[A-Za-z0-9_]*'
        find "$modules" -name '*.ko' -exec nm -g --defined-only {} + | sed -n 's/.* //p'
    } >names
    for symbol in $(nm -u "$modules"/updates/*.ko | sed -n 's/^ *U //p' | sort -u); do
        grep -q "$symbol\$" names || echo "$symbol"
    done >missing
    [ ! -s missing ] || {
        echo "These modules need what the kernel $version does not have: $(xargs <missing)" >&2
        return 1
    }
}

mkdir modules
modules=$PWD/modules/$version
unpack
cd source
configure
build
check
cd ..
rm -r source
