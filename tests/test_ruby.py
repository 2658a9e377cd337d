"""What the programs written in Ruby are given of the environment of this process."""

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
