"""Worker of training.py: the hard-wired prototype behind the engine's design, where its file is at hand."""

import importlib.util
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import numpy as np

from benchmarks._task import serve


def main() -> None:
    """Answer each request on standard input."""
    settings = json.loads(sys.argv[1])
    found = importlib.util.spec_from_file_location("fast_nets", settings["prototype"])
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    kind = {"S": module.TrainerS, "M": module.TrainerM}[settings["name"]]
    pictures = np.fromfile(settings["pictures"], np.uint8).reshape(settings["count"], -1)
    labels = np.fromfile(settings["labels"], np.int64)
    rng, batch = np.random.default_rng(0), settings["batch"]
    # Both of its processes must see the same pictures: it forks, and what is shared beforehand stays so.
    x, y = module.shm((settings["count"], 784)), module.shm((settings["count"],), np.int64)
    trainer = kind(x, y, batch, lr=1e-3)
    at = len(y)

    def step() -> tuple[int, float]:
        nonlocal at
        # It takes contiguous float32 batches only, so that shuffling is one gather for each epoch.
        if at + batch > len(y):
            order = rng.permutation(len(y))
            np.multiply(pictures[order], np.float32(1 / 255), out=x)
            y[...] = labels[order]
            at = 0
        trainer.step(at)
        at += batch
        return batch, 0.0

    step()
    serve(step)


if __name__ == "__main__":
    main()
