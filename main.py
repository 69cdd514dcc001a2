"""Start Filterscope: environment, arguments, then the window."""

import argparse
import gc
import importlib.util
import multiprocessing
import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gui.instance import Request

# One thread per matrix product, set before NumPy is imported: the training thread keeps to one core, the
# window has the other. With two, BLAS's threads wait for each other and the window waits for both.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_variable, "1")

# A start with one of these wants a window that is not as the one that is open.
_OWN_WINDOW = ("screenshot", "size", "theme", "train_seconds", "preset")

# What the command line of the engine does; a packaged program has no other way to it.
COMMANDS = ("train", "evaluate", "classify", "export", "import")


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Read the command line; exits with a sentence where it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="filterscope",
        description="See how a convolutional neural network sees: draw a digit, watch a network learn it.",
        epilog="If a window is open already, the file opens there, unless an option asks for another one. "
        f"Without a window: filterscope {{{','.join(COMMANDS)}}} --help",
    )
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        help="a project (.filterscope), a network (.safetensors, .onnx), a drawing (.json) or a picture",
    )
    parser.add_argument("--version", action="version", version=f"Filterscope {_version()}")
    parser.add_argument(
        "--new-window", action="store_true", help="open a window of its own, whatever is open already"
    )
    parser.add_argument(
        "--screenshot", type=Path, metavar="OUT.png", help="write a picture of the window and exit"
    )
    parser.add_argument(
        "--page", choices=("draw", "convolve", "train", "inside", "runs"), help="page to open"
    )
    parser.add_argument("--size", type=_size, metavar="1280x720", help="size of the window in pixels")
    parser.add_argument("--theme", choices=("system", "light", "dark"), help="colours, for this time only")
    parser.add_argument(
        "--train-seconds", type=float, metavar="S", default=0.0, help="train for so long before the picture"
    )
    parser.add_argument("--preset", type=_preset, metavar="NAME", help="network to train, such as 8–16")
    parser.add_argument(
        "--drawing", type=Path, metavar="FILE", help="drawing (JSON) or picture (PNG, JPEG) to begin with"
    )
    options = parser.parse_args(arguments)
    for path in (options.file, options.drawing):
        if path is not None and not path.is_file():
            parser.error(f"there is no file “{path}”")
    return options


def _version() -> str:
    """Read the program's version without the engine around it, whose import takes a third of a second."""
    package = importlib.util.find_spec("engine")
    spec = PathFinder.find_spec("engine.version", package.submodule_search_locations if package else None)
    if spec is None or spec.loader is None:
        raise ImportError("the program's version is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.VERSION)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) > 0 and int(height) > 0):
        raise argparse.ArgumentTypeError(f"must be WIDTHxHEIGHT in pixels, such as 1280x720, got {text!r}")
    return int(width), int(height)


def _preset(text: str) -> str:
    from engine.errors import ConfigError
    from engine.recipes import preset

    try:
        return preset(text).key
    except ConfigError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def main(arguments: list[str] | None = None) -> int:
    """Run the program; gives the exit code."""
    from gui.memory import limit_arenas

    limit_arenas()
    if sys.argv[1:] == ["--training-worker"]:
        # A packaged program has no other interpreter to train in than itself.
        from engine.worker import main as train

        return train()
    if len(sys.argv) == 3 and sys.argv[1] == "--training-helper":
        from engine.crew.helper import main as help_training

        return help_training(sys.argv[2])
    # A packaged program starts itself again to fetch a data set.
    multiprocessing.freeze_support()
    if arguments is None and sys.argv[1:2] and sys.argv[1] in COMMANDS:
        from engine.cli import main as run_command

        return run_command(sys.argv[1:])
    options = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    # Modules do not become garbage, and to look for some costs a tenth of their import; the window does it.
    gc.disable()
    claim = None
    if not options.new_window and not options.screenshot:
        from gui.instance import meet

        meeting = meet(_request(options))
        if meeting.handed_over:
            return 0
        claim = meeting.claim
    from gui.app import run

    return run(options, claim)


def _request(options: argparse.Namespace) -> "Request | None":
    """Say what the window that is open already should do; None if this start wants one of its own."""
    from gui.instance import Request

    if any(getattr(options, name) for name in _OWN_WINDOW):
        return None
    file, drawing = (path and path.absolute() for path in (options.file, options.drawing))
    return Request(options.page, file, drawing, os.environ.get("XDG_ACTIVATION_TOKEN", ""))


if __name__ == "__main__":
    sys.exit(main())
