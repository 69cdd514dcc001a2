"""The program's own command line does what the engine's does: a packaged program has no other Python."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NETWORK = ROOT / "resources" / "networks" / "classic.safetensors"
SEVEN = ROOT / "packaging" / "linux" / "examples" / "seven.json"


def run(code: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_command_runs_without_any_window() -> None:
    blocked = "import sys; sys.modules['PySide6'] = None; import main; sys.exit(main.main())"
    done = run(blocked, "classify", NETWORK, SEVEN)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("seven.json: 7  (7 ")


def test_a_command_says_its_own_exit_code() -> None:
    done = run("import sys; import main; sys.exit(main.main())", "classify", NETWORK, "nothing.json")
    assert done.returncode == 1
    assert "nothing.json" in done.stderr


def test_every_command_of_the_engine_is_known_to_the_program() -> None:
    from engine.cli.arguments import parse
    from main import COMMANDS

    for command in COMMANDS:
        with pytest.raises(SystemExit) as ended:
            parse([command, "--help"])
        assert ended.value.code == 0


def test_a_packaged_program_calls_itself_by_its_name() -> None:
    code = "import sys; sys.frozen = True; from engine.cli.arguments import parse; parse(sys.argv[1:])"
    shown = run(code, "--help").stdout
    assert "usage: filterscope" in shown
    assert "filterscope train --out" in shown
    assert "python -m engine" not in shown
