"""Worker of training.py: trains with Filterscope's engine."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import numpy as np

from engine import Network, Trainer, TrainingConfig
from engine.recipes import preset
from engine.trainer import StepReport


def main() -> None:
    """Answer each request on standard input."""
    settings = json.loads(sys.argv[1])
    pictures = np.fromfile(settings["pictures"], np.uint8).reshape(-1, 1, 28, 28)
    labels = np.fromfile(settings["labels"], np.int64)
    config = TrainingConfig(
        epochs=1_000_000, batch_size=settings["batch"], learning_rate=1e-3, optimizer="adam", seed=0
    )
    trainer = Trainer(Network(preset(settings["network"]).spec, 0), config)
    reports: Iterator[StepReport] = trainer.run((pictures, labels))
    for line in sys.stdin:
        images, loss, steps = 0, 0.0, 0
        started, cpu = time.perf_counter(), time.process_time()
        end = started + json.loads(line)["seconds"]
        while time.perf_counter() < end:
            report = next(reports)
            images, loss, steps = images + report.batch_size, loss + report.loss, steps + 1
        answer = {
            "images": images,
            "seconds": time.perf_counter() - started,
            "loss": loss / steps,
            "cpu_seconds": time.process_time() - cpu,
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
