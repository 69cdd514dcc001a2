"""The register of what is inside says what requirements.txt installs, with the words of every licence."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gui.licences import licence_text, read_register
from resources import resource_path

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "packaging" / "collect_licences.py"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def test_the_register_has_what_is_pinned_and_nothing_else():
    pinned = dict(PIN.findall((ROOT / "requirements.txt").read_text(encoding="utf-8")))
    listed = {part.distribution: part.version for part in read_register() if part.distribution}
    assert listed == pinned, "run packaging/collect_licences.py"


def test_qt_has_the_version_of_its_binding():
    versions = {part.name: part.version for part in read_register()}
    assert versions["Qt"] == versions["PySide6 Essentials"]


def test_every_part_has_a_licence_and_its_words():
    for part in read_register():
        assert re.fullmatch(r"[A-Za-z0-9.-]+( (AND|OR) [A-Za-z0-9.-]+)*", part.licence), part.name
        assert "right" in licence_text(part).lower(), part.name
        assert part.home == "" or part.home.startswith(("https://", "http://")), part.name


def test_the_programs_own_licence_is_the_one_of_the_repository():
    own = read_register()[0]
    assert own.name == "Filterscope"
    assert licence_text(own) == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_no_text_is_kept_that_no_part_uses():
    used = {name for part in read_register() for name in part.texts}
    kept = {path.name for path in resource_path("licences").iterdir()} - {"register.json"}
    assert {f"licences/{name}" for name in kept} == {name for name in used if name.startswith("licences/")}


@pytest.mark.skipif(sys.platform != "linux", reason="wheels bundle other libraries on other systems")
def test_the_texts_are_those_of_what_is_installed():
    command = [sys.executable, str(SCRIPT), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
