#!/usr/bin/env bash
# Install, on Debian or Ubuntu, the programs that pip and npm do not bring; do nothing where they are there already.
#   install_tools.sh python|npm|jekyll|gems|browser|java|links|spelling ...
# `python` also creates the virtual environment $VENV with $PYTHON.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly PYTHON="${PYTHON:-python3}" VENV="${VENV:-.venv}"
readonly PLUGINS="jekyll-feed jekyll-seo-tag jekyll-sitemap" # those of the Gemfile
readonly JEKYLL="jekyll ruby-bundler ${PLUGINS//jekyll-/ruby-jekyll-}"
export DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8 LC_ALL=C.UTF-8

fail() {
  printf 'error: %s\n' "$@" >&2
  exit 1
}

has() { command -v "$1" > /dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_be_root() {
  [ "$(id -u)" -eq 0 ] || { has sudo && sudo -n true 2> /dev/null; }
}

# apt_install REASON PACKAGE...
apt_install() {
  local reason="$1"
  shift
  has apt-get || fail "$reason is missing and there is no apt-get here. Install what corresponds to: $*"
  can_be_root || fail "$reason is missing. Run: sudo apt-get install --no-install-recommends $*"
  printf 'Installing %s: %s\n' "$reason" "$*"
  if [ -z "${apt_updated:-}" ]; then as_root apt-get update -qq < /dev/null; fi
  apt_updated=yes
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" < /dev/null > /dev/null
}

install_python() {
  has "$PYTHON" || apt_install "Python" python3 python3-venv
  "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
    || fail "$("$PYTHON" --version) is too old: Python 3.11 or later is needed." \
      "Name another one: make PYTHON=/path/to/python3.11 figures"
  # Debian ships Python without the part that makes environments.
  "$PYTHON" -c 'import ensurepip, venv' 2> /dev/null \
    || apt_install "the venv module of $PYTHON" \
      "$("$PYTHON" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
  "$PYTHON" -m venv "$VENV"
}

install_npm() { has npm || apt_install "npm" npm; }

install_jekyll() {
  # shellcheck disable=SC2086 # a word for each package
  has jekyll && has bundle && has_plugins || apt_install "Jekyll" $JEKYLL
}

has_plugins() {
  local plugin
  for plugin in $PLUGINS; do gem list --silent -i "^$plugin\$" > /dev/null 2>&1 || return; done
}

# A security update of Ruby may bring other gems than the lock names; locking again to what is installed is harmless.
install_gems() {
  bundle check > /dev/null 2>&1 && return
  echo "Gemfile.lock names other versions than those installed: locking again."
  bundle lock --local --update > /dev/null 2>&1 || bundle install --quiet \
    || fail "Jekyll's gems are missing. Run: sudo apt-get install --no-install-recommends $JEKYLL"
  bundle check
}

# The node that Playwright's wheel brings asks for libatomic, which a bare Debian lacks.
install_browser() {
  has chromium && has_libatomic || apt_install "Chromium" chromium fonts-liberation libatomic1
  has firefox-esr || has firefox || apt_install "Firefox" firefox-esr
}

has_libatomic() {
  # The name is on the path of root only.
  PATH="$PATH:/usr/sbin:/sbin" ldconfig -p | grep 'libatomic\.so\.1' > /dev/null
}

install_java() {
  has java && return
  # Slim images have no manual pages, and Java's package stops where it cannot link its own.
  if can_be_root; then as_root mkdir -p /usr/share/man/man1; fi
  apt_install "Java (for the HTML checker)" default-jre-headless
}

install_spelling() { has hunspell && [ -e /usr/share/hunspell/fr.dic ] || apt_install "Hunspell" hunspell hunspell-fr; }

install_links() { has htmlproofer || apt_install "html-proofer" ruby-html-proofer; }

[ "$#" -gt 0 ] || fail "Say what to install: python, npm, jekyll, gems, browser, java, links, spelling"
for tool in "$@"; do
  case "$tool" in
    python | npm | jekyll | gems | browser | java | links | spelling) "install_$tool" ;;
    *) fail "Unknown tool '$tool': choose among python, npm, jekyll, gems, browser, java, links, spelling" ;;
  esac
done
