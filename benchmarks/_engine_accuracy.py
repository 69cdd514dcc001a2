"""Worker of accuracy.py: Filterscope's engine, trained until it reads well enough."""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import numpy as np

from benchmarks._engine_worker import spec_of
from engine import Network, Trainer
from engine.metrics import evaluate
from engine.recipes import recipe


def main() -> None:
    """Train as the folder that is named says, and print the seconds until the goal."""
    folder = Path(sys.argv[1])
    settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    data = np.load(folder / "data.npz")
    test = data["test_x"], data["test_y"]
    spec = spec_of(settings["shape"], settings["layers"])
    config = replace(recipe(settings["recipe"]).config, seed=settings["seed"], workers=settings["workers"])
    trainer = Trainer(Network(spec, settings["seed"]), config)
    reports = trainer.run((data["x"], data["y"]))
    seconds, accuracy, started = 0.0, 0.0, time.perf_counter()
    for report in reports:
        if report.step % settings["every"] == 0 or report.step == settings["steps"]:
            seconds += time.perf_counter() - started
            averaged = trainer.averaged
            network = trainer.network if averaged is None else Network.from_parameters(spec, averaged)
            accuracy = evaluate(network, *test).accuracy
            if accuracy >= settings["goal"]:
                break
            started = time.perf_counter()
    trainer.close()
    reached = accuracy >= settings["goal"]
    sys.stdout.write(json.dumps({"seconds": seconds, "accuracy": accuracy, "reached": reached}) + "\n")


if __name__ == "__main__":
    main()
