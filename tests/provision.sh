#!/usr/bin/env bash
# Installs the real servers and the browser that the tests talk to. Quick when they are there; starts no service.
set -euo pipefail

has_dovecot() { command -v dovecot || [ -x /usr/sbin/dovecot ]; }
has_postgres() { command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'; }
has_chromium() { command -v chromium; }
has_systemd() { command -v systemd-analyze; }
# Playwright's own Node needs it on Linux.
has_libatomic() { [ "$(uname)" != Linux ] || compgen -G '/usr/lib*/*/libatomic.so.1' || [ -e /usr/lib64/libatomic.so.1 ]; }

# Debian lets one IMAP server be installed at a time: Cyrus is only unpacked, and its libraries installed.
cyrus=$(cd "$(dirname "$0")/.." && pwd)/build/cyrus
has_cyrus() { [ -x "$cyrus/usr/lib/cyrus/bin/imapd" ]; }
cyrus_libraries() { apt-cache depends cyrus-common cyrus-imapd | sed -n 's/^ *Depends: \(lib[^<>]*\)$/\1/p' | grep -v perl | sort -u | tr '\n' ' '; }
unpack_cyrus() {
  local folder
  folder=$(mktemp -d)
  (cd "$folder" && apt-get -qq download cyrus-common cyrus-imapd >/dev/null 2>&1)
  mkdir -p "$cyrus"
  for package in "$folder"/*.deb; do dpkg -x "$package" "$cyrus"; done
  rm -rf "$folder"
}

missing_packages() {
  has_dovecot >/dev/null || printf ' dovecot-imapd'
  has_postgres >/dev/null || printf ' postgresql'
  has_chromium >/dev/null || printf ' chromium'
  has_systemd >/dev/null || printf ' systemd'
  has_libatomic >/dev/null || printf ' libatomic1'
}

missing=$(missing_packages)
[ -n "$missing" ] || ! has_cyrus || exit 0

by_hand() {
  echo "The tests need:$missing (and Cyrus, which this script unpacks)" >&2
  echo "$1 Install them with:" >&2
  echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing" >&2
  exit 1
}

as_root() { "$@"; }
command -v apt-get >/dev/null || by_hand "There is no apt-get here."
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || by_hand "You are not root and there is no sudo here."
  [ -t 0 ] || sudo -n true 2>/dev/null || by_hand "sudo would ask for a password and nobody is there to type it."
  as_root() { sudo "$@"; }
fi

# Debian starts what it installs unless this file says no. One that is there already is another's, and stays.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'as_root rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
fi

apt_get() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"; }

echo "Installing for the tests:$missing Cyrus"
apt_get update
# shellcheck disable=SC2046  # a list of words
has_cyrus || { apt_get install -y --no-install-recommends $(cyrus_libraries) >/dev/null && unpack_cyrus; }
# shellcheck disable=SC2086  # a list of words
[ -z "$missing" ] || apt_get install -y --no-install-recommends $missing >/dev/null

missing=$(missing_packages)
[ -z "$missing" ] || by_hand "apt-get ended well, yet they are not found."
