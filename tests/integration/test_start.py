"""What a start loads and does before there is a window: the version, the command line, the hand-over."""

import subprocess
import sys
from pathlib import Path

import pytest

from engine.version import VERSION
from main import _request, parse_arguments

ROOT = Path(__file__).parents[2]
# Runs the program, then tells which of the large libraries it loaded.
LOADED = """
import sys
import main
try:
    code = main.main(sys.argv[1:])
except SystemExit as end:
    code = end.code
sys.stdout.write(f"{code} {sorted({'PySide6', 'numpy', 'engine', 'gui.app'} & set(sys.modules))}")
"""
# The first window, as far as a later start can tell: takes one request and says so.
FIRST_WINDOW = """
import sys
from gui.instance import MOST_BYTES, TAKEN, meet, read_request
claim = meet(None).claim
sys.stdout.write("first\\n")
sys.stdout.flush()
claim.listener.setblocking(True)
line, _ = claim.listener.accept()
request, secret = read_request(line.recv(MOST_BYTES))
line.send(TAKEN)
claim.release()
sys.stdout.write(f"{secret == claim.secret} {request.page} {request.file}")
"""


def start(*arguments: str) -> list[str]:
    command = [sys.executable, "-c", LOADED, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_the_version_is_told_without_loading_qt_or_the_engine():
    assert start("--version") == [f"Filterscope {VERSION}", "0 []"]


def test_a_start_that_hands_its_file_over_loads_neither_qt_nor_the_engine():
    with subprocess.Popen(
        [sys.executable, "-c", FIRST_WINDOW], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "first\n"
        assert start("main.py", "--page", "train") == ["0 []"]
        assert first.stdout.read() == f"True train {ROOT / 'main.py'}"


@pytest.mark.parametrize(
    "asked",
    [["--size", "1280x720"], ["--theme", "dark"], ["--preset", "8–16"], ["--train-seconds", "1"]],
    ids=lambda asked: asked[0],
)
def test_options_that_change_the_window_ask_for_one_of_their_own(asked):
    assert _request(parse_arguments(asked)) is None


def test_a_plain_start_asks_for_what_it_names_by_whole_paths(monkeypatch):
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "permission")
    monkeypatch.chdir(ROOT)
    request = _request(parse_arguments(["main.py", "--drawing", "LICENSE"]))
    assert request is not None
    assert (request.file, request.drawing) == (ROOT / "main.py", ROOT / "LICENSE")
    assert (request.page, request.token) == (None, "permission")


@pytest.mark.parametrize("option", ["--new-window", "--screenshot"])
def test_screenshots_and_new_windows_neither_hand_over_nor_can_be_found(option, monkeypatch):
    met, ran = [], []
    monkeypatch.setattr("gui.instance.meet", met.append)
    monkeypatch.setattr("gui.app.run", lambda options, claim: ran.append(claim) or 0)
    import main

    # It would stay so for the tests that follow.
    monkeypatch.setattr(main.gc, "disable", lambda: None)
    given = [option] if option == "--new-window" else [option, "out.png"]
    assert main.main(given) == 0
    assert (met, ran) == ([], [None])


def test_a_file_that_is_not_there_is_one_sentence(capsys):
    with pytest.raises(SystemExit) as end:
        parse_arguments(["nowhere.png"])
    assert end.value.code == 2
    assert "there is no file “nowhere.png”" in capsys.readouterr().err


def test_help_names_every_option(capsys):
    with pytest.raises(SystemExit):
        parse_arguments(["--help"])
    told = capsys.readouterr().out
    assert all(name.replace("_", "-") in told for name in vars(parse_arguments([])))
