"""What the programs written in Ruby are given of the environment of this process."""

import subprocess

import pytest

from figures_src import ruby


@pytest.mark.parametrize("name", ["BUNDLE_GEMFILE", "RUBYOPT", "RUBYLIB", "RUBYGEMS_GEMDEPS", "JEKYLL_LOG_LEVEL"])
def test_what_would_choose_the_gems_is_not_inherited(monkeypatch, name):
    monkeypatch.setenv(name, "elsewhere")
    assert name not in ruby.environment()


def test_the_rest_is(monkeypatch):
    monkeypatch.setenv("GEM_HOME", "/home/reader/gems")
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("JEKYLL_ENV", "development")
    given = ruby.environment()
    assert (given["GEM_HOME"], given["LC_ALL"], given["JEKYLL_ENV"]) == ("/home/reader/gems", "C.UTF-8", "production")


def test_gems_of_ones_own_do_not_hide_those_of_the_system(monkeypatch, tmp_path):
    monkeypatch.setenv("GEM_PATH", str(tmp_path))
    monkeypatch.setenv("GEM_HOME", str(tmp_path))
    jekyll = subprocess.run(
        ["jekyll", "--version"], env=ruby.environment(), capture_output=True, text=True, check=False
    )
    assert jekyll.returncode == 0, jekyll.stderr
