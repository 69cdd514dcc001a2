"""Install the ``.deb`` in a bare Debian, use it there as a person would, remove it. Prints what it measures.

Usage: ``python packaging/try_package.py DEB RPM PICTURES``, as root, with debootstrap, Xvfb, xdotool and rpm.
Everything is in `build/`; the screenshots go to PICTURES.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bare_root import PERSON, BareRoot
from openml_double import OpenMLDouble

ROOT = Path(__file__).resolve().parent.parent
DRAWING = "/usr/share/doc/filterscope/examples/seven.json"
NETWORKS = "/usr/lib/filterscope/lib/resources/networks"
SCREEN = (1440, 900)
STARTS = 7
TRAIN_SECONDS = 5
# What the run in a project that is opened is called.
PROJECT_RUN = "The class's run"
# Generous: two cores that others use as well.
WAIT_S = 60.0
# What a person needs to have on the desktop for double-clicks; a bare Debian has no desktop.
DESKTOP = ("libglib2.0-bin", "shared-mime-info", "desktop-file-utils", "hicolor-icon-theme", "dbus")


def say(text: str) -> None:
    """Print one line of the report."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def screen(folder: Path) -> Iterator[Path]:
    """Start Xvfb for the time of the block; gives the file that its picture is in."""
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-ac", "-nolisten", "tcp", "-fbdir", str(folder)]
    server = subprocess.Popen(
        [*command, "-screen", "0", f"{SCREEN[0]}x{SCREEN[1]}x24"],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader) as told:
        os.environ["DISPLAY"] = f":{told.readline().strip()}"
    try:
        yield folder / "Xvfb_screen0"
    finally:
        server.terminate()
        server.wait()


def wait_for(happened: Callable[[], bool], what: str) -> float:
    """Wait until it has happened; gives the seconds, or fails."""
    started = time.perf_counter()
    while not happened():
        if time.perf_counter() - started > WAIT_S:
            raise SystemExit(f"{what}: not within {WAIT_S:.0f} s")
        time.sleep(0.01)
    return time.perf_counter() - started


def is_drawn(picture: Path) -> bool:
    """Tell whether a window fills at least a third of the screen; where there is none, Xvfb is black."""
    content = picture.read_bytes()
    return content.count(0) < 0.66 * len(content)


def start_seconds(command: Sequence[str], environment: dict[str, str], picture: Path) -> float:
    """Seconds from the start of the program until its window is on the screen, painted."""
    wait_for(lambda: not is_drawn(picture), "the screen getting empty")
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return wait_for(lambda: is_drawn(picture), "the window")
    finally:
        process.terminate()
        process.wait()


def compare_starts(root: BareRoot, picture: Path) -> None:
    """Time starts of the installed program and of the checkout in turns, then one with nothing in memory."""
    installed, environment = root.command("filterscope")
    with tempfile.TemporaryDirectory() as home:
        run = [str(ROOT / ".venv" / "bin" / "python"), str(ROOT / "main.py")]
        rivals = {
            "installed": (installed, environment),
            "make run": (run, os.environ | {"FILTERSCOPE_HOME": home}),
        }
        times: dict[str, list[float]] = {name: [] for name in rivals}
        for _ in range(STARTS):
            for name, (command, variables) in rivals.items():
                times[name].append(start_seconds(command, variables, picture))
        for name, found in times.items():
            middle = statistics.median(found)
            say(f"start, {name}: median {middle:.2f} s, {min(found):.2f} to {max(found):.2f} s")
        for name, (command, variables) in rivals.items():
            Path("/proc/sys/vm/drop_caches").write_text("3")
            say(f"start, {name}, nothing cached: {start_seconds(command, variables, picture):.2f} s")


def use_window(root: BareRoot, pictures: Path) -> None:
    """Take a picture of Draw, and of Train after some seconds of training."""
    for page, more in (("draw", []), ("train", ["--train-seconds", str(TRAIN_SECONDS)])):
        inside = f"/home/{PERSON}/{page}.png"
        root.use("filterscope", "--page", page, "--drawing", DRAWING, "--screenshot", inside, *more)
        shutil.copy(root.folder / inside.lstrip("/"), pictures / f"installed-{page}.png")
        say(f"picture of {page}: {pictures.name}/installed-{page}.png")


def use_terminal(root: BareRoot) -> None:
    """Classify a drawing, train, export and ask for the version, without a window."""
    say(f"version: {root.use('filterscope', '--version').strip()}")
    say(f"classify: {root.use('filterscope', 'classify', f'{NETWORKS}/reader.safetensors', DRAWING).strip()}")
    root.use("filterscope", "train", "--epochs", "1", "--workers", "2", "--out", "trained.safetensors")
    say(
        f"train, then classify: {root.use('filterscope', 'classify', 'trained.safetensors', DRAWING).strip()}"
    )
    command, environment = root.command(
        "filterscope", "export", "trained.safetensors", "--to", "onnx", "--out", "t.onnx"
    )
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    say(f"export to ONNX, which is not inside: {done.stderr.strip()}")


def fetch(root: BareRoot) -> None:
    """Fetch from a server that answers as OpenML does, with pictures too few to be MNIST; say how it went."""
    with OpenMLDouble(root.folder) as environment:
        command, variables = root.command("filterscope", "train", "--data", "mnist", environment=environment)
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    said = done.stderr.strip().splitlines()[-1]
    say(f"fetch: {said}")
    if "OpenML sent (30, 784)" not in said:
        raise SystemExit("scikit-learn did not read what was sent")


def open_by_type(root: BareRoot) -> None:
    """Open files as a double-click does: by their type, through the desktop entry."""
    root.administer("apt-get", "-qq", "install", "-y", "--no-install-recommends", *DESKTOP)
    home = root.folder / "home" / PERSON
    shutil.copy(home / "trained.safetensors", home / "by hand.safetensors")
    maker = [ROOT / ".venv" / "bin" / "python", ROOT / "packaging" / "sample_project.py"]
    subprocess.run([*maker, home / "class.filterscope", PROJECT_RUN], check=True)
    for name in ("by hand.safetensors", "class.filterscope"):
        told = root.use("gio", "info", "-a", "standard::content-type,standard::icon", name)
        kind = told.split("standard::content-type: ")[1].split()[0]
        handler = root.use("gio", "mime", kind).splitlines()[0]
        say(f"{name}: {kind}; {handler}")
        if "io.github.filterscope.Filterscope.desktop" not in handler:
            raise SystemExit(f"{kind} is not opened by the program")
        command, environment = root.command("dbus-run-session", "gio", "open", name)
        subprocess.run(command, env=environment, check=True, stderr=subprocess.DEVNULL)
        wait_for(lambda name=name: bool(_processes(name)), f"a window for {name}")  # type: ignore[misc]
        say(f"opened by its type: the program runs with “{name}”")
        if name.endswith(".filterscope"):
            # Kept again every few seconds, and so it was read.
            wait_for(lambda: _keeps(home, PROJECT_RUN), f"“{name}” to be open")
            say(f"the program has {PROJECT_RUN!r} of “{name}” among its runs")
        for process in _processes(name):
            os.kill(process, 15)
        wait_for(lambda name=name: not _processes(name), "its end")  # type: ignore[misc]


def _keeps(home: Path, run: str) -> bool:
    """Tell whether the program of this person keeps a run of that name."""
    kept = home / ".local" / "share" / "Filterscope" / "working" / "project.json"
    return kept.is_file() and json.dumps(run) in kept.read_text(encoding="utf-8")


def _processes(argument: str) -> list[int]:
    """Find programs of ours with this file as their argument."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if words[0].endswith("filterscope") and any(word.endswith(argument) for word in words[1:]):
            found.append(int(folder.name))
    return found


def try_deb(package: Path, pictures: Path, picture: Path) -> None:
    """Install, use and remove the package."""
    build = ROOT / "build"
    with BareRoot(build / "bare", build / "bare-pristine") as root:
        before = root.files()
        shutil.copy(package, root.folder / "tmp" / package.name)
        root.administer("apt-get", "-qq", "install", "-y", "--no-install-recommends", f"/tmp/{package.name}")
        program = root.folder / "usr" / "lib" / "filterscope"
        files = [file for file in program.rglob("*") if file.is_file() and not file.is_symlink()]
        say(f"package: {package.stat().st_size / 1e6:.1f} MB")
        say(f"installed: {sum(file.stat().st_size for file in files) / 1e6:.1f} MB in {len(files)} files")
        use_terminal(root)
        use_window(root, pictures)
        compare_starts(root, picture)
        fetch(root)
        open_by_type(root)
        root.administer("apt-get", "-qq", "purge", "-y", "filterscope")
        home = f"/home/{PERSON}/"
        left = root.files() - before - root.packaged()
        own = {path for path in left if path.startswith(home)}
        generated = (
            "/etc/",
            "/usr/local/share/fonts",
            "/usr/share/applications/mimeinfo.cache",
            "/usr/share/mime/",
            "/var/lib/",
        )
        others = sorted(path for path in left - own if not path.startswith(generated))
        traces = sorted(path for path in left - own if "filterscope" in path.lower())
        say(f"left after removal: {len(traces + others)} files; {len(own)} of the person's own")
        if traces or others:
            raise SystemExit("\n".join(traces + others))


def try_rpm(package: Path, pictures: Path) -> None:
    """Put the package's files in an empty root, and start the program that is in it."""
    root = ROOT / "build" / "rpm-root"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    # What it requires is a system's; the empty root has none, and the libraries are then this machine's.
    # On Debian rpm says each time that Debian has packages of its own; what goes wrong is seen by its code.
    subprocess.run(
        ["rpm", "--root", root, "--nodeps", "--nosignature", "-i", package],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    picture = pictures / "rpm-draw.png"
    with tempfile.TemporaryDirectory() as home:
        drawing = root / DRAWING.lstrip("/")
        command = [
            root / "usr/bin/filterscope",
            "--page",
            "draw",
            "--drawing",
            drawing,
            "--screenshot",
            picture,
        ]
        subprocess.run(command, check=True, env=os.environ | {"FILTERSCOPE_HOME": home})
    say(f"{package.name}: {package.stat().st_size / 1e6:.1f} MB; started from an empty root")
    subprocess.run(["rpm", "--root", root, "-e", "filterscope"], check=True, stderr=subprocess.DEVNULL)
    left = [path for path in root.rglob("*") if "filterscope" in path.name.lower()]
    say(f"left after removing the rpm: {len(left)} files")
    if left:
        raise SystemExit("\n".join(map(str, left)))


def main(deb: Path, rpm: Path, pictures: Path) -> int:
    """Try both; gives the exit code."""
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, screen(Path(folder)) as picture:
        try_deb(deb, pictures, picture)
        try_rpm(rpm, pictures)
    say("passed")
    return 0


if __name__ == "__main__":
    sys.exit(main(*(Path(argument).resolve() for argument in sys.argv[1:4])))
