"""Measure how fast networks answer: one picture at a time, and many; beside PyTorch in the same run."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks._field import (
    Rounds,
    conditions,
    find_torch,
    markdown,
    measure,
    parser_for,
    report,
    write_data,
)
from benchmarks._networks import NETWORKS

PICTURES = 6_000


def main() -> None:
    """Measure and print."""
    parser = parser_for(__doc__)
    parser.set_defaults(network=["S", "M"])
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 256], metavar="N", help="default: 1 256")
    options = parser.parse_args()
    options.torch = find_torch(options.torch_python)
    print(conditions(options))
    results: dict[str, Rounds] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in options.network:
            shape, layers = NETWORKS[name]
            data = write_data(Path(folder), shape, PICTURES)
            for batch in options.batch:
                settings = data | {
                    "name": name,
                    "task": "answer",
                    "layers": layers,
                    "batch": batch,
                    "weights": 0,
                }
                rounds = measure(settings, options)
                report(f"{name}, {batch} at a time", rounds, "images per second")
                results[f"{name}, {batch} at a time"] = rounds
    if options.markdown is not None:
        text = f"{conditions(options)}.\n\n{markdown(results, 'images/s')}\n"
        options.markdown.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
