"""The rules of the design that make the program what it is, checked on every file."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    path
    for folder in ("engine", "gui", "benchmarks", "packaging", "tests")
    for path in (ROOT / folder).rglob("*.py")
) + sorted(ROOT.glob("*.py"))
PROGRAM = [p for p in SOURCES if p.relative_to(ROOT).parts[0] in ("engine", "gui", "main.py")]
ENGINE = [p for p in PROGRAM if p.relative_to(ROOT).parts[0] == "engine"]
GUI = [p for p in PROGRAM if p.relative_to(ROOT).parts[0] == "gui"]

MOST_LINES = 400
SCREEN = ("PySide6", "shiboken6", "pyqtgraph", "superqt", "gui")
UNSAFE = ("pickle", "cloudpickle", "dill", "marshal", "shelve")
# Imported only when first needed: they would cost most of the time to a usable window.
SLOW = ("sklearn", "scipy", "joblib", "onnx", "google", "pandas", "matplotlib")
# Imported when the page, or the part of one, that needs it is first shown.
OF_OTHER_PAGES = (
    "gui.runs_control",
    "pyqtgraph",
    "gui.pages.convolve.page",
    *(
        path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        for path in (ROOT / "gui/pages/inside").glob("*_part.py")
    ),
)
# Refuses to import what is named on the command line, as if it were not installed.
BLOCK = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ImportError(f"{name} must not be imported here")
blocked = set(sys.argv[1].split(","))
sys.meta_path.insert(0, Refuse())
import importlib
for name in sys.argv[2:]:
    importlib.import_module(name)
"""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, anywhere in it; ``from a import b`` as ``a.b``."""
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package.pop()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{source}.{alias.name}" for alias in node.names)


def reaches(path: Path, module: str) -> bool:
    return any(f"{name}.".startswith(f"{module}.") for name in imports(path))


def named(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def python(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_engine_module_imports_where_there_is_no_screen_library() -> None:
    modules = [module_name(path) for path in ENGINE if path.name != "__main__.py"]
    assert "engine.errors" in modules
    python(BLOCK, ",".join(SCREEN), *modules)


def test_the_block_of_screen_libraries_holds() -> None:
    with pytest.raises(AssertionError, match="PySide6 must not be imported here"):
        python(BLOCK, ",".join(SCREEN), "PySide6.QtCore")


def test_no_engine_file_names_a_screen_library() -> None:
    assert named([path for path in ENGINE if any(reaches(path, name) for name in SCREEN)]) == []


def test_only_the_bridge_and_the_race_open_training_sessions() -> None:
    doors = [path for path in GUI if reaches(path, "engine.session")]
    # The package's own names could hide the same door.
    hidden = [path for path in GUI if {"engine.TrainingSession", "engine.*"} & set(imports(path))]
    # The book holds the sessions that the bridge has opened, and opens none.
    assert set(named(doors + hidden)) <= {"gui/bridge.py", "gui/run_book.py", "gui/race_sessions.py"}
    book = (ROOT / "gui/run_book.py").read_text(encoding="utf-8")
    assert "TrainingSession(" not in book


def test_pyqtgraph_is_imported_in_one_place() -> None:
    assert set(named([path for path in GUI if reaches(path, "pyqtgraph")])) <= {"gui/plotting.py"}


def test_nothing_can_run_code_from_a_file() -> None:
    unsafe = [path for path in SOURCES if any(reaches(path, name) for name in UNSAFE)]
    assert named(unsafe) == []
    allowing = [
        path
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword)
        and node.arg == "allow_pickle"
        and not (isinstance(node.value, ast.Constant) and node.value.value is False)
    ]
    assert named(allowing) == []


def test_no_file_is_too_long_to_read_in_one_sitting() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert named([path for path, length in lengths.items() if length > MOST_LINES]) == []


def test_the_program_logs_and_does_not_print() -> None:
    printing = [
        path
        for path in PROGRAM
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    # The command line has one function that all its output goes through.
    allowed = [[], ["engine/__main__.py"]]
    assert named(printing) in allowed


def test_every_module_says_in_one_line_what_it_is() -> None:
    silent = [path for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert named(silent) == []


def test_nothing_slow_is_imported_before_it_is_needed() -> None:
    start = [path for path in (ROOT / "main.py", ROOT / "gui/app.py") if path.exists()]
    modules = [*map(module_name, start), "engine"]
    loaded = python(
        "import importlib, sys\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "sys.stdout.write(' '.join({name.partition('.')[0] for name in sys.modules}))",
        *modules,
    ).split()
    assert "engine" in loaded
    assert [name for name in SLOW if name in loaded] == []


def test_the_window_opens_without_what_only_other_pages_show(tmp_path: Path) -> None:
    loaded = python(
        "import os, sys\n"
        "os.environ.update(QT_QPA_PLATFORM='offscreen', FILTERSCOPE_HOME=sys.argv[1])\n"
        "from gui.app import create_window\n"
        "window = create_window(page='draw')\n"
        "window.leave_no_trace()\n"
        "window.show()\n"
        "window.close()\n"
        "sys.stdout.write(' '.join(sys.modules))",
        str(tmp_path),
    ).split()
    assert "gui.pages.draw.page" in loaded
    assert [name for name in OF_OTHER_PAGES if name in loaded] == []
