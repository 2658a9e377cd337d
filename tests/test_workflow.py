"""The published workflow: each step is one that this checkout answers, in the container that runs it."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "site.yml").read_text("utf-8"))
BUILD: dict[str, Any] = WORKFLOW["jobs"]["build"]
COMMANDS = [step["run"] for step in BUILD["steps"] if "run" in step]
USED = {
    step["uses"].partition("@")[0]: step for job in WORKFLOW["jobs"].values() for step in job["steps"] if "uses" in step
}


def test_each_target_and_program_that_it_runs_is_here() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = {target for command in COMMANDS for target in re.findall(r"^make (\w+)", command, re.M)}
    assert {"check", "site"} <= targets
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.M)] == []
    assert ".ci/run" in COMMANDS
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_it_uploads_the_folder_that_make_builds() -> None:
    assert (ROOT / USED["actions/upload-pages-artifact"]["with"]["path"]).name == "_site"


def test_it_may_ask_where_a_private_site_will_live() -> None:
    assert "actions/configure-pages" in USED
    assert BUILD["permissions"]["pages"] == "read"


def test_what_pip_and_npm_keep_is_what_it_caches() -> None:
    """In a home that belongs to another user than root, as that of a container, pip keeps nothing."""
    kept = set(USED["actions/cache"]["with"]["path"].split())
    assert kept == {BUILD["env"]["PIP_CACHE_DIR"], BUILD["env"]["NPM_CONFIG_CACHE"]}
    assert [path for path in kept if path.startswith("~")] == []


def test_the_history_is_there_for_the_tests_that_ask_it() -> None:
    assert USED["actions/checkout"]["with"]["fetch-depth"] == 0


@pytest.mark.parametrize("name", ["GITHUB_ACTIONS", "FORCE_COLOR", "PY_COLORS"])
def test_what_a_runner_says_of_its_terminal_changes_no_test(name: str) -> None:
    """Typer colors its words for GitHub, and a test that looks for a word in them would not find it."""
    test = "tests/site/test_site_documents.py::test_every_flag_of_the_readme_is_one_of_the_command"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", test]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, name: "1"}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
