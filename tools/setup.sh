#!/bin/sh
# Sets up a fresh Debian machine with Node 20, gcc and make: system packages, npm packages, build. Then runs what the arguments name:
#   sh tools/setup.sh              set up only
#   sh tools/setup.sh sim          … and run the simulator's demo (npm run sim)
#   sh tools/setup.sh test         … and run all tests, on Node and on XS
#   sh tools/setup.sh servers      … and install the servers, the browser and the load generator that tests start, where they are not skipped then
# System packages are installed where this runs as root on a machine with apt-get; elsewhere they are named exactly.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }

with_servers=no
for what in "$@"; do
  case "$what" in
    sim | test) ;;
    servers) with_servers=yes ;;
    *) say "unknown argument '$what': sim, test or servers"; exit 2 ;;
  esac
done

command -v node >/dev/null 2>&1 || { say "Node is missing: install Node 20.19 or newer (https://nodejs.org) and call this again."; exit 2; }
node tools/node-version.cjs
command -v npm >/dev/null 2>&1 || { say "npm is missing: it comes with Node; on Debian: apt-get install npm"; exit 2; }

# The simulator runs the XS engine with 32-bit slots where the compiler can make them, counts instructions where valgrind is there.
can_m32() {
  probe=$(mktemp -d)
  printf '#include <stdio.h>\nint main(void) { return 0; }\n' >"$probe/a.c"
  if gcc -m32 "$probe/a.c" -o "$probe/a" >/dev/null 2>&1; then found=0; else found=1; fi
  rm -rf "$probe"
  return $found
}

needed=""
useful=""
command -v gcc >/dev/null 2>&1 || needed="$needed gcc libc6-dev"
command -v make >/dev/null 2>&1 || needed="$needed make"
command -v openssl >/dev/null 2>&1 || needed="$needed openssl"
can_m32 || useful="$useful gcc-multilib"
command -v valgrind >/dev/null 2>&1 || useful="$useful valgrind"
# A second TLS stack for the interoperability tests.
command -v gnutls-serv >/dev/null 2>&1 || useful="$useful gnutls-bin"
# A client that people use, and the roots that the web uses: tests verify real chains' roots.
command -v curl >/dev/null 2>&1 || useful="$useful curl"
# The emulated microcontroller of npm run sim:mcu.
command -v qemu-system-riscv32 >/dev/null 2>&1 || useful="$useful qemu-system-misc"
command -v riscv64-unknown-elf-gcc >/dev/null 2>&1 || useful="$useful gcc-riscv64-unknown-elf"
[ -d /usr/lib/picolibc/riscv64-unknown-elf ] || useful="$useful picolibc-riscv64-unknown-elf"
[ -f /etc/ssl/certs/ca-certificates.crt ] || useful="$useful ca-certificates"

# Servers that the tests of STARTTLS, MQTT and HTTPS start on loopback, and a browser with the tool for its certificate store.
if [ "$with_servers" = yes ]; then
  [ -x /usr/sbin/postfix ] || useful="$useful postfix"
  [ -x /usr/lib/dovecot/imap ] || useful="$useful dovecot-imapd"
  [ -x /usr/lib/dovecot/pop3 ] || useful="$useful dovecot-pop3d"
  [ -x /usr/lib/dovecot/lmtp ] || useful="$useful dovecot-lmtpd"
  [ -x /usr/lib/dovecot/managesieve ] || useful="$useful dovecot-managesieved"
  [ -x /usr/sbin/nginx ] || useful="$useful nginx"
  [ -x /usr/sbin/mosquitto ] || useful="$useful mosquitto"
  [ -x /usr/sbin/vsftpd ] || useful="$useful vsftpd"
  [ -x /usr/bin/prosody ] || useful="$useful prosody"
  [ -x /usr/sbin/slapd ] || useful="$useful slapd"
  [ -x /usr/sbin/mariadbd ] || useful="$useful mariadb-server-core"
  ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || useful="$useful postgresql"
  command -v chromium >/dev/null 2>&1 || useful="$useful chromium"
  command -v certutil >/dev/null 2>&1 || useful="$useful libnss3-tools"
  python3 -c 'import ensurepip' >/dev/null 2>&1 || useful="$useful python3 python3-venv"
fi

# inn2 does not let itself be configured without a domain name: unpacking it is enough for nnrpd, with the libraries that it names.
unpack_inn() {
  if [ -x build/inn2/usr/lib/news/bin/nnrpd ] || ! command -v dpkg-deb >/dev/null 2>&1; then return; fi
  say "unpacking inn2"
  packages=$(mktemp -d)
  export DEBIAN_FRONTEND=noninteractive
  if (cd "$packages" && apt-get download -qq inn2 inn2-inews >&2); then
    mkdir -p build/inn2
    for package in "$packages"/*.deb; do dpkg-deb -x "$package" build/inn2; done
    libraries=$(dpkg-deb -f "$packages"/inn2_*.deb Depends | tr ',' '\n' | sed -n 's/^ *\(lib[a-z0-9.+-]*\).*/\1/p' | grep -v -e '-perl$')
    # shellcheck disable=SC2086
    apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends $libraries >&2 || say "could not install the libraries of inn2: $libraries"
  else
    say "could not download inn2"
  fi
  rm -rf "$packages"
}

# Locust, under which a fleet of simulated devices runs on several machines.
install_locust() {
  if [ -x build/locust/bin/locust ]; then return; fi
  say "installing locust into build/locust"
  mkdir -p build
  python3 -m venv build/locust >&2 && build/locust/bin/pip install -q 'locust>=2.40,<3' >&2 || say "could not install locust"
}

if [ -n "$needed$useful" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "installing$needed$useful"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq || say "apt-get update failed; trying with the lists that are there"
    # Nothing that is installed here shall start by itself.
    if [ "$with_servers" = yes ] && [ ! -e /usr/sbin/policy-rc.d ]; then
      printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
      chmod 755 /usr/sbin/policy-rc.d
      trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    # One by one where all together fail: what is only useful may be absent on this architecture.
    # shellcheck disable=SC2086
    if ! apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends $needed $useful >&2; then
      for package in $needed $useful; do
        apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends "$package" >&2 || say "could not install $package"
      done
    fi
  else
    say "these Debian packages are missing:$needed$useful"
    say "install them with: sudo apt-get install --no-install-recommends$needed$useful"
  fi
fi
if [ "$with_servers" = yes ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then unpack_inn; fi
if [ "$with_servers" = yes ]; then install_locust; fi
for tool in gcc make openssl; do
  command -v "$tool" >/dev/null 2>&1 || { say "$tool is needed and still missing: see above."; exit 2; }
done
can_m32 || say "no 32-bit compiler (gcc-multilib): the simulator will run with 64-bit slots, so its memory figures differ from a chip's"
command -v valgrind >/dev/null 2>&1 || say "no valgrind: the simulator will not count instructions"

say "npm ci"
npm ci --no-audit --no-fund --no-update-notifier
say "build"
npm run --silent build

for what in "$@"; do
  case "$what" in
    sim) npm run --silent sim ;;
    test)
      npm run --silent test
      npm run --silent test:long
      npm run --silent test:xs
      ;;
  esac
done
