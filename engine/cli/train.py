"""The command ``train``."""

import argparse
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from engine.augment import GENTLE, MEDIUM, STRONG, Augmentation
from engine.cli.data import data_set, without_embedded_test
from engine.cli.output import ProgressBar, complain, duration, say
from engine.datasets import Split
from engine.errors import ConfigError
from engine.formats.spec_json import spec_from_json
from engine.metrics import Evaluation, evaluate
from engine.network import Network
from engine.recipes import Preset, preset, recipe
from engine.spec import NetworkSpec
from engine.trainer import Trainer
from engine.training_config import TrainingConfig
from engine.version import VERSION

AUGMENTATIONS: dict[str, Augmentation | None] = {
    "none": None,
    "gentle": GENTLE,
    "medium": MEDIUM,
    "strong": STRONG,
}

SETTINGS = (
    "epochs", "batch_size", "learning_rate", "optimizer", "momentum", "nesterov", "schedule", "weight_decay",
    "label_smoothing", "seed", "workers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Job:
    """What to train, how, and on what."""

    title: str
    spec: NetworkSpec
    config: TrainingConfig
    data: Split


def train(options: argparse.Namespace) -> int:
    """Train a network, say how good it is, and save it with its card; give the exit code."""
    if options.without_embedded_test and options.data != "mnist":
        options.wrong("--without-embedded-test needs --data mnist")
    if options.out is not None and not options.out.resolve().parent.is_dir():
        raise ConfigError(f"--out must be in a folder that exists, got {options.out}")
    job = _job(options)
    complain(f"{job.title}: {job.spec}")
    complain(f"{len(job.data.train):,} pictures of {job.data.train.name}, {len(job.data.test):,} to test on")
    network = Network(job.spec, job.config.seed)
    trainer = Trainer(network, job.config)
    bar = ProgressBar(job.config.epochs, len(job.data.train))
    try:
        interrupted = _run(trainer, job, bar)
    finally:
        bar.close()
        trainer.close()
    if trainer.averaged is not None:
        network = Network.from_parameters(job.spec, trainer.averaged)
    result = evaluate(network, job.data.test.pictures, job.data.test.labels)
    say(_summary(result, job, bar.seconds))
    if options.out is not None:
        card = _card(options, job, result, trainer, bar.seconds)
        network.save(options.out, card=card)
        say(f"saved as {options.out}")
    if interrupted:
        complain(f"Interrupted at step {trainer.position.step}.")
        return 130
    return 0


def _job(options: argparse.Namespace) -> _Job:
    changes = {name: getattr(options, name) for name in SETTINGS if getattr(options, name) is not None}
    if options.augment is not None:
        changes["augmentation"] = AUGMENTATIONS[options.augment]
    if options.freeze is not None:
        changes["frozen"] = tuple(options.freeze)
    if options.average is not None:
        changes["averaging"] = options.average
    chosen: Preset | None = None if options.spec is not None else preset(options.preset)
    way = TrainingConfig(epochs=20) if chosen is None else chosen.config
    if options.recipe is not None:
        way = recipe(options.recipe).config
    config = replace(way, **changes)
    spec = spec_from_json(options.spec.read_bytes()) if chosen is None else None
    data = data_set(options.data)
    if options.without_embedded_test:
        data = Split(without_embedded_test(data.train), data.test)
    if chosen is not None:
        spec = chosen.spec_for(data.train.picture_shape, data.train.classes)
    assert spec is not None
    title = options.name or (options.spec.stem if chosen is None else chosen.name)
    return _Job(title, spec, config, data)


def _run(trainer: Trainer, job: _Job, bar: ProgressBar) -> bool:
    """Train to the end; True if Ctrl+C came first."""
    count = len(job.data.train)
    with _interrupts() as interrupted:
        for report in trainer.run(job.data.train):
            at = trainer.position
            bar.step(at.epoch + at.picture / count, report.loss, report.accuracy)
            if at.picture == 0:
                test = evaluate(trainer.network, job.data.test.pictures, job.data.test.labels)
                bar.epoch(at.epoch, f"test {100 * test.accuracy:.2f} %")
            if interrupted.is_set():
                return True
    return False


@contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """Turn the first Ctrl+C into a wish that is granted between two steps; the second one ends at once."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def ask(number: int, frame: object) -> None:
        signal.signal(signal.SIGINT, before)
        asked.set()

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def _summary(result: Evaluation, job: _Job, seconds: float) -> str:
    return (
        f"test accuracy {100 * result.accuracy:.2f} % ({result.wrong:,} of {result.count:,} wrong), "
        f"loss {result.loss:.4f}, after {duration(seconds)}"
    )


def settings_of(config: TrainingConfig) -> dict[str, Any]:
    """Say for a card how a network was trained, the augmentation by its name in `AUGMENTATIONS`."""
    augmentation = next(name for name, how in AUGMENTATIONS.items() if how == config.augmentation)
    settings = asdict(replace(config, augmentation=None)) | {"augmentation": augmentation}
    if not config.frozen:
        del settings["frozen"]
    return settings


def _card(
    options: argparse.Namespace, job: _Job, result: Evaluation, trainer: Trainer, seconds: float
) -> dict[str, Any]:
    """Say in the file what the network was trained on, how, and how good it is."""
    way = settings_of(job.config) | {"steps": trainer.position.step}
    if options.spec is None:
        way["preset"] = preset(options.preset).key
    data = f"{job.data.train.name}, {len(job.data.train):,} training pictures"
    if options.without_embedded_test:
        data += " (without the program's own test digits)"
    return {
        "name": job.title,
        "data": data,
        "recipe": way,
        "seed": job.config.seed,
        "accuracy": result.accuracy,
        "test_data": f"{job.data.test.name}, {result.count:,} test pictures",
        "confusion": result.confusion.tolist(),
        "weights": job.spec.weight_count,
        "seconds": round(seconds, 1),
        "created": date.today().isoformat(),
        "engine_version": VERSION,
    }
