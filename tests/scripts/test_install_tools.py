"""What the installer asks for where Jekyll, or a part of it, is missing."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGINS = re.findall(r'^  gem "(jekyll-[\w-]+)"', (ROOT / "Gemfile").read_text(), re.MULTILINE)


@pytest.fixture
def machine(tmp_path):
    """One without root, with Jekyll, and with all its plugins but `$MISSING`."""
    programs = {
        "id": "echo 1000",
        "sudo": "exit 1",
        "apt-get": "exit 1",
        "jekyll": "exit 0",
        "bundle": "exit 1",
        "gem": 'case "$*" in *"$MISSING"*) exit 1 ;; esac',
    }
    for name, text in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)

    def install(tool, missing):
        environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "MISSING": missing}
        command = ["bash", str(ROOT / "scripts" / "install_tools.sh"), tool]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    return install


@pytest.mark.parametrize("plugin", PLUGINS)
def test_each_plugin_of_the_gemfile_is_looked_for(machine, plugin):
    result = machine("jekyll", plugin)
    assert result.returncode == 1
    assert f"ruby-{plugin}" in result.stderr


def test_a_whole_jekyll_is_left_alone(machine):
    assert machine("jekyll", "nothing").returncode == 0


def test_the_mend_for_missing_gems_names_all_the_packages(machine):
    told = machine("gems", "nothing").stderr
    assert len(PLUGINS) == 3
    assert all(f"ruby-{plugin}" in told for plugin in PLUGINS)
