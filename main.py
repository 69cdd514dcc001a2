"""Start Filterscope: environment, arguments, then the window."""

import argparse
import multiprocessing
import os
import sys
from pathlib import Path

# One thread per matrix product, set before NumPy is imported: the training thread keeps to one core, the
# window has the other. With two, BLAS's threads wait for each other and the window waits for both.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_variable, "1")


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Read the command line; exits with a sentence where it makes no sense."""
    from engine.version import VERSION

    parser = argparse.ArgumentParser(
        prog="filterscope",
        description="See how a convolutional neural network sees: draw a digit, watch a network learn it.",
    )
    parser.add_argument(
        "file", nargs="?", type=Path, help="a network (.safetensors, .onnx) or a picture to open"
    )
    parser.add_argument("--version", action="version", version=f"Filterscope {VERSION}")
    parser.add_argument(
        "--screenshot", type=Path, metavar="OUT.png", help="write a picture of the window and exit"
    )
    parser.add_argument("--page", choices=("draw", "convolve", "train", "inside"), help="page to open")
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
    options = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    from gui.app import run

    return run(options)


if __name__ == "__main__":
    sys.exit(main())
