#!/usr/bin/env bash
# What the tests need beyond Python: on Debian as root it is installed; elsewhere it is named, and the tests that need it are skipped by name.
set -u
declare -A package=(
  [chromium]=chromium
  [postgres]=postgresql
  [cc]=gcc
  [espeak-ng]=espeak-ng
)
find_program() {
  case "$1" in
    postgres) compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || command -v pg_ctl >/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}
missing=()
for program in "${!package[@]}"; do
  find_program "$program" || missing+=("${package[$program]}")
done
fc-list 2>/dev/null | grep -qi 'noto sans cjk' || missing+=(fonts-noto-cjk)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ -f /etc/debian_version ] && [ "$(id -u)" = 0 ]; then
  echo "installing for the tests: ${missing[*]} ..."
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" libc6-dev fontconfig >/dev/null || {
    echo "could not install ${missing[*]}; install them by hand and run make test again" >&2; exit 1; }
else
  echo "not on this machine: ${missing[*]}; the tests that need them are skipped by name" >&2
fi
