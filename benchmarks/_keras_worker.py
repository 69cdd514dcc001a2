"""Worker of training.py: the same networks with Keras 3 as it comes, on JAX where that is there."""

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["KERAS_BACKEND"] = "jax" if importlib.util.find_spec("jax") else "torch"
import keras  # type: ignore[import-not-found]
import numpy as np
from keras import layers as kl

from benchmarks._task import serve, whole_batches


def network(shape: list[int], layers: list[list[Any]]) -> Any:
    """Make a network of `benchmarks._networks`; pictures lie as (h, w, c)."""
    channels, height, width = shape
    model = keras.Sequential([keras.Input((height, width, channels)), kl.Rescaling(1 / 255)])
    for kind, *numbers in layers:
        if kind == "conv":
            filters, kernel, stride, padding, groups = numbers
            if padding:
                model.add(kl.ZeroPadding2D(padding))
            model.add(kl.Conv2D(filters, kernel, strides=stride, groups=groups))
        elif kind == "globalavg":
            model.add(kl.GlobalAveragePooling2D())
        else:
            plain = {
                "max": kl.MaxPooling2D,
                "avg": kl.AveragePooling2D,
                "dense": kl.Dense,
                "dropout": kl.Dropout,
                "norm": kl.BatchNormalization,
                "flatten": kl.Flatten,
                "relu": kl.ReLU,
            }
            model.add(plain[kind](*numbers))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def main() -> None:
    """Answer each request on standard input."""
    settings = json.loads(sys.argv[1])
    keras.utils.set_random_seed(0)
    shape, batch = tuple(settings["shape"]), settings["batch"]
    pictures = np.fromfile(settings["pictures"], np.uint8).reshape(-1, *shape).transpose(0, 2, 3, 1).copy()
    labels = np.fromfile(settings["labels"], np.int64)
    model = network(settings["shape"], settings["layers"])
    trained = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    if settings["weights"] and trained != settings["weights"]:
        raise SystemExit("the networks differ")
    batches = whole_batches(len(labels), batch, np.random.default_rng(0).permutation)

    def step() -> tuple[int, float]:
        chosen = next(batches)
        return batch, float(model.train_on_batch(pictures[chosen], labels[chosen]))

    step()
    serve(step)


if __name__ == "__main__":
    main()
