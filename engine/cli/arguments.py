"""What can be typed after ``python -m engine``, and what it means."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.cli.classify import classify
from engine.cli.evaluate import evaluate
from engine.cli.export import NEEDS_FILE, export
from engine.cli.import_state import import_state
from engine.cli.train import AUGMENTATIONS, train
from engine.cores import default_workers
from engine.recipes import DEFAULT_PRESET, PRESETS, RECIPES
from engine.schedules import SCHEDULES
from engine.version import VERSION

EXIT_ERROR, EXIT_DIVERGED, EXIT_INTERRUPTED = 1, 3, 130

EXIT_CODES = """\
exit codes:
  0    all went well
  1    a file, a data set or a setting cannot be used; a sentence says why
  2    wrong arguments
  3    training diverged: the loss is no longer a number
  130  interrupted with Ctrl+C
"""

# A packaged program is typed by its own name.
PROGRAM = "filterscope" if getattr(sys, "frozen", False) else "python -m engine"

EXAMPLES = f"""\
examples:
  {PROGRAM} train --out digits.safetensors
  {PROGRAM} train --data mnist --preset 32-64 --epochs 5 --augment gentle --out wide.safetensors
  {PROGRAM} evaluate digits.safetensors
  {PROGRAM} classify digits.safetensors drawing.json photo.pgm
  {PROGRAM} export digits.safetensors --to npz --out digits.npz
  {PROGRAM} export digits.safetensors --to onnx --out digits.onnx
  {PROGRAM} import trained_elsewhere.safetensors --like digits.safetensors --out back.safetensors

"""

DATA_HELP = (
    'what to read: "embedded" (the digits that ship with the program; nothing is fetched), "mnist" (70,000 '
    "digits, fetched once from openml.org and kept), or a file: IDX (*-ubyte, also .gz) or NPZ (x_train, "
    "y_train, …)"
)
PICTURES_HELP = (
    "a drawing saved by the program (.json); pictures as PGM or PPM, dark on light or light on dark; arrays "
    "as NPY, NPZ or IDX with the shape that the network reads"
)
NETWORK_HELP = "a saved network (.safetensors), or one of another program (.onnx)"
EXPORTS = {
    "safetensors": "the network as this program saves it",
    "npz": "every parameter as a NumPy array by its name",
    "onnx": "the network for ONNX Runtime, Netron and others (needs the package onnx)",
    "state-dict": "the parameters by PyTorch's names, as .safetensors (see import)",
    "pytorch": "a script that builds the same network in PyTorch; --out writes its weights beside it (.npz)",
    "keras": "the same for Keras 3",
    "spec-json": "the layers, for train --spec",
    "card": "what it was trained on and how good it is",
}


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the arguments; SystemExit(2) with a message if they are wrong."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Train convolutional networks, look at how good they are, and use them. All on the CPU.",
        epilog=EXAMPLES + EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, add, text in (
        ("train", _add_train, "train a network and save it"),
        ("evaluate", _add_evaluate, "measure loss, accuracy and confusions of a saved network"),
        ("classify", _add_classify, "say what pictures show"),
        ("export", _add_export, "write a network's numbers, description or card for other programs"),
        ("import", _add_import, "put parameters that PyTorch saved into a network"),
    ):
        command = commands.add_parser(
            name,
            help=text,
            description=f"{text[0].upper()}{text[1:]}.",
            epilog=(_presets() if name == "train" else "") + EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.set_defaults(wrong=command.error)
        add(command)
    return parser.parse_args(arguments)


def _typed(key: str) -> str:
    """Give a preset's key as it is easily typed, with a plain hyphen."""
    return key.replace("–", "-")


def _presets() -> str:
    lines = (f"  {_typed(p.key):12} {p.sentence}" for p in PRESETS)
    recipes = (f"  {r.key:12} {r.sentence}" for r in RECIPES)
    return "\n".join(("presets:", *lines, "", "recipes:", *recipes, "", ""))


def _add_train(command: argparse.ArgumentParser) -> None:
    command.set_defaults(command=train)
    command.add_argument(
        "--data", default="embedded", metavar="NAME|FILE", help=f"{DATA_HELP} (default: embedded)"
    )
    network = command.add_mutually_exclusive_group()
    network.add_argument(
        "--preset",
        default=DEFAULT_PRESET,
        metavar="NAME",
        help=f"network to train, see below (default: {_typed(DEFAULT_PRESET)})",
    )
    network.add_argument(
        "--spec", type=Path, metavar="FILE", help="network to train, as JSON (see export --to spec-json)"
    )
    command.add_argument(
        "--recipe",
        choices=tuple(r.key for r in RECIPES),
        help="how to train, see below; further options change it (default: the preset's way)",
    )
    what = "(default: the preset's, or the recipe's)"
    command.add_argument("--epochs", type=int, metavar="N", help=f"times to go through the data {what}")
    command.add_argument("--batch-size", type=int, metavar="N", help=f"pictures per step {what}")
    command.add_argument("--learning-rate", type=float, metavar="RATE", help=f"size of a step {what}")
    command.add_argument("--optimizer", choices=("sgd", "adam", "adamw"), help=what)
    command.add_argument("--momentum", type=float, metavar="SHARE", help=f"of SGD; Adam's beta 1 {what}")
    command.add_argument("--nesterov", action="store_true", default=None, help="SGD looks ahead")
    command.add_argument("--schedule", choices=tuple(SCHEDULES), help=f"of the learning rate {what}")
    command.add_argument("--weight-decay", type=float, metavar="RATE", help=f"shrink the weights {what}")
    command.add_argument(
        "--label-smoothing", type=float, metavar="SHARE", help="share of the target given to all classes"
    )
    command.add_argument(
        "--freeze",
        nargs="+",
        metavar="LAYER",
        help="layers that keep the values that they begin with, by name (conv1)",
    )
    command.add_argument(
        "--augment",
        choices=tuple(AUGMENTATIONS),
        help="shift, turn and stretch pictures at random; medium and strong also bend them and their strokes",
    )
    command.add_argument(
        "--average",
        type=float,
        nargs="?",
        const=0.999,
        metavar="DECAY",
        help="save the running average of the weights instead of the last ones (decay per step: 0.999)",
    )
    command.add_argument(
        "--seed",
        type=int,
        default=0,
        help="same seed and number of workers, same network, bit for bit (default: 0)",
    )
    command.add_argument(
        "--workers",
        type=int,
        default=default_workers(),
        metavar="N",
        help="processes that share each batch (default: one per core, %(default)s here)",
    )
    command.add_argument(
        "--without-embedded-test",
        action="store_true",
        help="with --data mnist: leave out of training the digits that the program's own test set holds",
    )
    command.add_argument("--out", type=Path, metavar="FILE", help="where to save the network (.safetensors)")
    command.add_argument(
        "--name", default="", help="what the network's card calls it (default: the preset's name)"
    )


def _add_evaluate(command: argparse.ArgumentParser) -> None:
    command.set_defaults(command=evaluate)
    command.add_argument("file", type=Path, metavar="FILE", help=NETWORK_HELP)
    command.add_argument(
        "--data", default="embedded", metavar="NAME|FILE", help=f"{DATA_HELP} (default: embedded)"
    )
    command.add_argument(
        "--part", choices=("test", "train"), default="test", help="of the data (default: test)"
    )
    command.add_argument("--json", action="store_true", help="print JSON")


def _add_classify(command: argparse.ArgumentParser) -> None:
    command.set_defaults(command=classify)
    command.add_argument("file", type=Path, metavar="FILE", help=NETWORK_HELP)
    command.add_argument("pictures", type=Path, nargs="+", metavar="PICTURE", help=PICTURES_HELP)
    command.add_argument("--json", action="store_true", help="print JSON with the probability of every class")


def _add_export(command: argparse.ArgumentParser) -> None:
    command.set_defaults(command=export)
    command.add_argument("file", type=Path, metavar="FILE", help=NETWORK_HELP)
    command.add_argument(
        "--to",
        required=True,
        choices=tuple(EXPORTS),
        help="; ".join(f"{kind}: {text}" for kind, text in EXPORTS.items()),
    )
    command.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help=f"where to write ({', '.join(NEEDS_FILE)} need it; default: print)",
    )


def _add_import(command: argparse.ArgumentParser) -> None:
    command.set_defaults(command=import_state)
    command.add_argument(
        "file", type=Path, metavar="FILE", help="a state_dict that safetensors.torch.save_file wrote"
    )
    network = command.add_mutually_exclusive_group(required=True)
    network.add_argument("--like", type=Path, metavar="FILE", help=f"of which network: {NETWORK_HELP}")
    network.add_argument(
        "--spec", type=Path, metavar="FILE", help="of which network: JSON (see export --to spec-json)"
    )
    command.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="where to save the network (.safetensors)"
    )
