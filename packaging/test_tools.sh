#!/bin/sh
# Install what `make package-test` calls, and check the packages with Debian's own tools.
set -eu
cd "$(dirname "$0")/.."

[ "$(id -u)" -eq 0 ] || { echo "A bare Debian is made and mounted by root only." >&2; exit 1; }
missing=
for tool in appstream debootstrap desktop-file-utils lintian openssl rpm xvfb; do
    dpkg -s "$tool" >/dev/null 2>&1 || missing="$missing $tool"
done
if [ -n "$missing" ]; then
    echo "Installing what the test needs:$missing"
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing >/dev/null
fi
tree=build/package/root/usr/share
appstreamcli validate --no-net "$tree"/metainfo/*.metainfo.xml
desktop-file-validate "$tree"/applications/*.desktop
lintian --allow-root --fail-on error dist/*.deb
echo "lintian: no errors"
