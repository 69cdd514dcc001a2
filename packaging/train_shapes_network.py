"""Train the network that ships for pictures in colour, and write its card.

Usage, from the repository's root:
    PYTHONPATH=. python packaging/train_shapes_network.py [--out FILE]

It tells circles, squares, triangles and crosses of any colour on grounds of any other, filled or outlined,
and is there to be looked at: with three input channels its first filters are of colours, and its last ones,
which see nearly the whole picture, of whole shapes. It learns from 20,000 pictures that the engine makes from
a seed, and is tested with 2,000 made from another. On two cores it takes two minutes; the same seed and
number of workers give the same network on the same machine.
"""

import argparse
import sys
import time
from datetime import date
from pathlib import Path

from engine import Network, TrainingConfig
from engine.cli.train import settings_of
from engine.datasets.shapes import SPLIT_SEEDS, shapes_split
from engine.layers import Conv2D, Dense, Flatten, GlobalAvgPool2D, MaxPool2D, ReLU
from engine.metrics import evaluate
from engine.spec import NetworkSpec
from engine.trainer import Trainer
from engine.version import VERSION
from resources import resource_path

LAYERS = (
    Conv2D(16, 3, padding="same"), ReLU(), MaxPool2D(2),
    Conv2D(32, 3, padding="same"), ReLU(), MaxPool2D(2),
    Conv2D(64, 3, padding="same"), ReLU(),
    Conv2D(32, 3, padding="same"), ReLU(), GlobalAvgPool2D(), Flatten(), Dense(4),
)  # fmt: skip
CONFIG = TrainingConfig(
    epochs=15, batch_size=64, learning_rate=2e-3, optimizer="adamw", weight_decay=0.01,
    schedule="onecycle", averaging=0.999, seed=1, workers=2,
)  # fmt: skip


def main() -> None:
    """Train it, measure it and save it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="default: where the program has it")
    options = parser.parse_args()
    data = shapes_split()
    network = Network(NetworkSpec(data.train.picture_shape, LAYERS, data.train.classes), CONFIG.seed)
    trainer = Trainer(network, CONFIG)
    started = time.perf_counter()
    for report in trainer.run((data.train.pictures, data.train.labels)):
        if trainer.position.picture == 0:
            seconds = time.perf_counter() - started
            sys.stderr.write(f"epoch {trainer.position.epoch}: loss {report.loss:.4f}, {seconds:.0f} s\n")
    trainer.close()
    assert trainer.averaged is not None
    network = Network.from_parameters(network.spec, trainer.averaged)
    result = evaluate(network, data.test.pictures, data.test.labels)
    train_seed, test_seed = SPLIT_SEEDS
    card = {
        "name": "Shapes",
        "data": f"RGB shapes made from seed {train_seed}: {len(data.train):,} pictures in all",
        "recipe": settings_of(CONFIG),
        "seed": CONFIG.seed,
        "accuracy": result.accuracy,
        "test_data": f"RGB shapes made from seed {test_seed}, {result.count:,} test pictures",
        "confusion": result.confusion.tolist(),
        "classes": list(network.spec.classes),
        "weights": network.spec.weight_count,
        "seconds": round(time.perf_counter() - started, 1),
        "created": date.today().isoformat(),
        "engine_version": VERSION,
    }
    network.save(options.out or resource_path("networks", "shapes.safetensors"), card=card)
    sys.stdout.write("\n".join(f"{key}: {value}" for key, value in card.items()) + "\n")


if __name__ == "__main__":
    main()
