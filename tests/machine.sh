#!/usr/bin/env bash
# What the tests need beyond Python: on Debian as root it is installed; elsewhere it is named, and the tests that need it are skipped by name.
set -u
declare -A package=(
  [chromium]=chromium-headless-shell
  [postgres]=postgresql
  [cc]=gcc
  [espeak-ng]=espeak-ng
)
can_install() { [ -f /etc/debian_version ] && [ "$(id -u)" = 0 ]; }
find_program() {
  case "$1" in
    postgres) compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || command -v pg_ctl >/dev/null ;;
    chromium) command -v chromium-headless-shell >/dev/null || { command -v chromium >/dev/null && ! can_install; } ;;
    *) command -v "$1" >/dev/null ;;
  esac
}
missing=()
for program in "${!package[@]}"; do
  find_program "$program" || missing+=("${package[$program]}")
done
fc-list 2>/dev/null | grep -qi 'noto sans cjk' || missing+=(fonts-noto-cjk)
[ ${#missing[@]} -eq 0 ] && exit 0
if can_install; then
  echo "installing for the tests: ${missing[*]} ..."
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # an older Debian has the whole browser only
  apt-cache show chromium-headless-shell >/dev/null 2>&1 || missing=("${missing[@]/chromium-headless-shell/chromium}")
  apt-get install -y -qq --no-install-recommends "${missing[@]}" libc6-dev fontconfig >/dev/null || {
    echo "could not install ${missing[*]}; install them by hand and run make test again" >&2; exit 1; }
else
  echo "not on this machine: ${missing[*]}; the tests that need them are skipped by name" >&2
fi
