#!/usr/bin/env bash
# Lays out the root file system that both images stand on: Debian's libraries that .NET and libtorch need, certificates, an
# unprivileged user, and nothing else. No shell and no package manager: what is not there cannot be attacked or need an update.
#   images/rootfs.sh DIR
# Needs apt-get and dpkg-deb (Debian 12 or a relative of it); no root.
set -euo pipefail
root=$1
packages=(base-files ca-certificates libc6 libgcc-s1 libgomp1 libssl3 libstdc++6 netbase tzdata zlib1g)

mkdir -p "$root"/{etc/ssl/certs,tmp,usr/bin,usr/lib,usr/lib64,usr/sbin,var/tmp}
# Debian's merged /usr; the packages of Debian 12 still carry files under /lib.
for directory in bin lib lib64 sbin; do ln -s "usr/$directory" "$root/$directory"; done

debs=$(mktemp -d)
trap 'rm -rf "$debs"' EXIT
(cd "$debs" && apt-get download -qq "${packages[@]}" 2>&1 | grep -v '^W: Download is performed unsandboxed' >&2 || true)
for package in "${packages[@]}"; do
  deb=$(find "$debs" -name "${package}_*.deb")
  [ -n "$deb" ] || { echo "images/rootfs.sh: apt-get download gave no $package; run apt-get update first" >&2; exit 1; }
  dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$root"
done

# The work of the packages' own scripts, as far as a program needs it.
find "$root/usr/share/ca-certificates/mozilla" -name '*.crt' | LC_ALL=C sort | xargs cat >"$root/etc/ssl/certs/ca-certificates.crt"
printf '%s\n' 'root:x:0:0:root:/root:/sbin/nologin' 'graft:x:65532:65532:graft:/tmp:/sbin/nologin' >"$root/etc/passwd"
printf '%s\n' 'root:x:0:' 'graft:x:65532:' >"$root/etc/group"
printf '%s\n' 'hosts: files dns' >"$root/etc/nsswitch.conf"
chmod 1777 "$root/tmp" "$root/var/tmp"
find "$root/usr/share/doc" ! -type d ! -name copyright -delete
rm -rf "$root"/usr/share/{info,lintian,locale,man,zoneinfo/right} "$root/usr/lib/x86_64-linux-gnu/gconv"
