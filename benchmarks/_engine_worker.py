"""Worker of training.py, augmentation.py and inference.py: Filterscope's engine."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import numpy as np

import engine
from benchmarks._task import serve
from engine import Network, NetworkSpec, Trainer, TrainingConfig
from engine.cli.train import AUGMENTATIONS
from engine.layers import Layer


def layer_of(kind: str, *numbers: Any) -> Layer:
    """Make a layer of `benchmarks._networks`."""
    match kind:
        case "conv":
            filters, kernel, stride, padding, groups = numbers
            return engine.Conv2D(filters, kernel, stride=stride, padding=padding, groups=groups)
        case "max":
            return engine.MaxPool2D(*numbers)
        case "avg":
            return engine.AvgPool2D(*numbers)
        case "globalavg":
            return engine.GlobalAvgPool2D()
        case "norm":
            return engine.BatchNorm2D()
        case "dropout":
            return engine.Dropout(*numbers)
        case "dense":
            return engine.Dense(*numbers)
        case "flatten":
            return engine.Flatten()
    return engine.ReLU()


def spec_of(shape: Sequence[int], layers: Sequence[list[Any]]) -> NetworkSpec:
    """Describe a network of `benchmarks._networks`."""
    return NetworkSpec(tuple(shape), tuple(layer_of(*layer) for layer in layers))


def main() -> None:
    """Answer each request on standard input."""
    settings = json.loads(sys.argv[1])
    shape = tuple(settings["shape"])
    spec = spec_of(shape, settings["layers"])
    if spec.weight_count != settings["weights"] and settings["weights"]:
        raise SystemExit("the networks differ")
    network = Network(spec, 0)
    pictures = np.fromfile(settings["pictures"], np.uint8).reshape(-1, *shape)
    labels = np.fromfile(settings["labels"], np.int64)
    if settings["task"] == "train":
        serve(_trains(network, settings, pictures, labels))
    else:
        serve(_answers(network, settings["batch"], pictures))


def _trains(
    network: Network, settings: dict[str, Any], pictures: np.ndarray, labels: np.ndarray
) -> Callable[[], tuple[int, float]]:
    workers, batch = settings["workers"], settings["batch"]
    config = TrainingConfig(
        epochs=1_000_000,
        batch_size=batch,
        learning_rate=1e-3,
        augmentation=AUGMENTATIONS[settings.get("augmentation", "none")],
        seed=0,
        workers=workers,
    )
    reports = Trainer(network, config).run((pictures, labels))

    def step() -> tuple[int, float]:
        report = next(reports)
        return report.batch_size, report.loss

    return step


def _answers(network: Network, batch: int, pictures: np.ndarray) -> Callable[[], tuple[int, float]]:
    ready = pictures[: 16 * batch].astype(np.float32) / 255
    at = 0
    # Few at a time: the plan itself. Many: cut into parts that stay in cache.
    answer = network.plan(batch, training=False).forward if batch <= 16 else network.forward

    def step() -> tuple[int, float]:
        nonlocal at
        answer(ready[at : at + batch])
        at = (at + batch) % len(ready)
        return batch, 0.0

    return step


if __name__ == "__main__":
    main()
