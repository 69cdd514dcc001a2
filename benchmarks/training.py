"""Measure how fast the engine trains, beside others on the same machine at the same time.

Everything between two batches counts: shuffling, gathering uint8 pictures, forward, backward, Adam. Each
contestant is a process; in each round each of them runs for a moment while the others are stopped, so that a
change of the machine's speed hits all of them. What is compared is the ratio within a round. JAX and Keras
compete where PyTorch's environment has them.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks._engine_worker import layer_of
from benchmarks._field import (
    Rounds,
    conditions,
    find_others,
    find_torch,
    markdown,
    measure,
    parser_for,
    report,
    write_data,
)
from benchmarks._networks import NETWORKS
from engine.spec import NetworkSpec

PICTURES = 60_000


def main() -> None:
    """Measure and print."""
    parser = parser_for(__doc__)
    parser.add_argument("--batch", type=int, nargs="+", default=[64], metavar="N", help="default: 64")
    options = parser.parse_args()
    options.torch = find_torch(options.torch_python)
    options.present = find_others(options.torch)
    print(conditions(options))
    results: dict[str, Rounds] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in options.network:
            shape, layers = NETWORKS[name]
            data = write_data(Path(folder), shape, PICTURES)
            spec = NetworkSpec((shape[0], shape[1], shape[2]), tuple(layer_of(*layer) for layer in layers))
            for batch in options.batch:
                settings = data | {
                    "name": name,
                    "task": "train",
                    "layers": layers,
                    "batch": batch,
                    "weights": spec.weight_count,
                }
                rounds = measure(settings, options)
                report(f"{name}: {spec}, batches of {batch}", rounds, "images per second")
                results[name if len(options.batch) == 1 else f"{name}, {batch}"] = rounds
    if options.markdown is not None:
        text = f"{conditions(options)}.\n\n{markdown(results, 'images/s')}\n"
        options.markdown.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
