#!/usr/bin/env bash
# Install, on Debian or Ubuntu, the programs that pip and npm do not bring; do nothing where they are there already.
#   install_tools.sh python|npm|jekyll|chromium|browser|java|links|spelling ... [environment]
# All that is missing is installed, or named, at once. `environment` then makes the virtual environment .venv with
# $PYTHON, unless it is there and whole.
set -euo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly PYTHON="${PYTHON:-}" VENV=".venv"
readonly CHOSEN="${PYTHON:-python3}"
readonly TOOLS="python, npm, jekyll, chromium, browser, java, links, spelling, environment"
# Jekyll, and the plugins of _config.yml.
readonly JEKYLL="jekyll ruby-jekyll-feed ruby-jekyll-seo-tag ruby-jekyll-sitemap tzdata"
export DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8 LC_ALL=C.UTF-8
reasons=() packages=()

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

# need REASON PACKAGE...: this is missing, and these bring it
need() {
  reasons+=("$1")
  packages+=("${@:2}")
}

apt_install() {
  local missing
  missing="$(printf ', %s' "${reasons[@]}")"
  missing="missing: ${missing:2}"
  has apt-get || fail "$missing; and there is no apt-get here. Install what corresponds to: ${packages[*]}"
  can_be_root || fail "$missing. Run: sudo apt-get install --no-install-recommends ${packages[*]}"
  printf 'Installing what is %s\n' "$missing"
  # Slim images have no manual pages, and Java's package stops where it cannot link its own.
  as_root mkdir -p /usr/share/man/man1
  umask 022
  as_root apt-get update -qq < /dev/null
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" \
    < /dev/null > /dev/null
}

# What tells one Python from another, or nothing where $1 is none.
identity() {
  "$1" -I -c 'import sys, sysconfig; print(sys.base_prefix, sysconfig.get_config_var("SOABI"))' 2> /dev/null
}

# Why the environment has to be made (again); nothing when it is whole and as asked for.
environment_lacks() {
  local asked
  [ -e "$VENV" ] || { echo "it is not there" && return; }
  [ -e "$VENV/.python" ] && [ ! -e "$VENV/.unfinished" ] || { echo "its making was interrupted" && return; }
  { read -r place && read -r python; } < "$VENV/.python" || { echo "its making was interrupted" && return; }
  [ "$place" = "$(realpath "$VENV")" ] || { echo "it was made for $place" && return; }
  [ "$python" = "$(identity "$VENV/bin/python")" ] || { echo "its Python was changed or removed" && return; }
  [ -z "$PYTHON" ] || { asked="$(identity "$PYTHON")" && [ "$python" = "$asked" ]; } || echo "PYTHON=$PYTHON is another one"
}

check_python() {
  local mend="Name a Python 3.11 or later: make PYTHON=/path/to/python3.11 figures"
  if [ -z "$(environment_lacks)" ]; then return; fi
  if [ -z "$PYTHON" ] && ! has python3; then need "Python" python3 python3-venv && return; fi
  has "$CHOSEN" || fail "PYTHON=$CHOSEN: there is no such program. $mend"
  [ -n "$(identity "$CHOSEN")" ] || fail "PYTHON=$CHOSEN: it does not run as a Python 3. $mend"
  "$CHOSEN" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "$("$CHOSEN" --version) is too old. $mend"
  # Debian ships Python without the part that makes environments.
  "$CHOSEN" -I -c 'import ensurepip, venv' 2> /dev/null || need "the venv module of $CHOSEN" \
    "$("$CHOSEN" -I -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
}

# The line of text is a path of its own: the folder of the package is found from wherever a copy of both stands.
make_environment() {
  local lacking
  lacking="$(environment_lacks)"
  if [ -z "$lacking" ]; then return; fi
  echo "Making $VENV with $CHOSEN: $lacking"
  rm -rf "$VENV"
  "$CHOSEN" -I -m venv "$VENV"
  "$VENV/bin/python" -I - << 'PY'
import os, sysconfig
folder = sysconfig.get_path("purelib")
with open(os.path.join(folder, "normalisation-par-lots.pth"), "w") as file:
    file.write(os.path.relpath(os.getcwd(), os.path.realpath(folder)) + "\n")
PY
  printf '%s\n' "$(realpath "$VENV")" "$(identity "$VENV/bin/python")" > "$VENV/.python"
}

check_npm() { has npm || need "npm" npm; }

# shellcheck disable=SC2086 # a word for each package
check_jekyll() { jekyll_works || need "Jekyll" $JEKYLL; }

# Whether Jekyll loads the plugins of _config.yml, run as figures_src/ruby.py runs it, and knows the hour of Paris.
jekyll_works() (
  has jekyll && [ -e /usr/share/zoneinfo/Europe/Paris ] || return
  unset "${!BUNDLE@}" "${!RUBY@}" "${!JEKYLL_@}"
  [ -z "${GEM_PATH:-}" ] || export GEM_PATH="$GEM_PATH:"
  folder="$(mktemp -d)"
  trap 'rm -rf "$folder"' EXIT
  cp _config.yml "$folder"
  cd "$folder"
  said="$(jekyll build --quiet 2>&1)" || { printf '%s\n' "$said" > "${1:-/dev/null}" && return 1; }
)

# What prints the article, by the names of figures_src/paper.py.
check_chromium() {
  has chromium || has chromium-browser || has google-chrome || has google-chrome-stable ||
    need "Chromium" chromium fonts-liberation
}

# The node that Playwright's wheel brings asks for libatomic, which a bare Debian lacks.
check_browser() {
  has chromium && has_libatomic || need "Chromium" chromium fonts-liberation libatomic1
  has firefox-esr || has firefox || need "Firefox" firefox-esr
}

has_libatomic() {
  # The name is on the path of root only.
  PATH="$PATH:/usr/sbin:/sbin" ldconfig -p | grep 'libatomic\.so\.1' > /dev/null
}

check_java() { has java || need "Java (for the HTML checker)" default-jre-headless; }

check_spelling() { has hunspell && [ -e /usr/share/hunspell/fr.dic ] || need "Hunspell" hunspell hunspell-fr; }

check_links() { has htmlproofer || need "html-proofer" ruby-html-proofer; }

check_environment() { :; }

[ "$#" -gt 0 ] || fail "Say what to install: $TOOLS"
for tool in "$@"; do
  case "$tool" in
    python | npm | jekyll | chromium | browser | java | links | spelling | environment) "check_$tool" ;;
    *) fail "Unknown tool '$tool': choose among $TOOLS" ;;
  esac
done
if [ "${#packages[@]}" -gt 0 ]; then
  apt_install
  if [[ " $* " == *" jekyll "* ]]; then
    jekyll_works /dev/stderr || fail "Jekyll is installed and does not work: mend what it says above"
  fi
fi
if [[ " $* " == *" environment "* ]]; then make_environment; fi
