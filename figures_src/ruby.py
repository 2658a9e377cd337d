"""How the programs written in Ruby are run (Jekyll, kramdown, html-proofer); belongs to no room."""

import os

_INHERITED = ("BUNDLE", "RUBY", "JEKYLL_")


def environment() -> dict[str, str]:
    """The environment of this process, less what would choose the gems, or the site, for Jekyll.

    The system's packages are what runs, of whatever version: with Bundler, a lock, or a variable left by another
    project, a security update of one gem would stop the build. Ruby refuses accents in a C locale.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_INHERITED)}
    if kept.get("GEM_PATH"):
        kept["GEM_PATH"] += os.pathsep  # the system's folders after those named, where none of them would be read
    utf8 = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    return {**kept, **utf8, "JEKYLL_NO_BUNDLER_REQUIRE": "true", "JEKYLL_ENV": "production"}
