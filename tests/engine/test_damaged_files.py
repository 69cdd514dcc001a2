"""Thousands of damaged model files: one clear sentence each, no crash, no hang, bounded memory.

The ordinary run tries a few hundred. To try 10,000 of each kind:

    FILTERSCOPE_MUTATIONS=10000 python -m pytest tests/engine/test_damaged_files.py --timeout=0

A failure names the seed of the file, with which `damaged` makes it again.
"""

import os
import random
import re
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine import Network
from engine.errors import FormatError
from engine.formats.model import Model, load_model, save_model
from engine.formats.onnx_export import onnx_bytes
from engine.formats.onnx_import import load_onnx
from engine.plan.plan import patch_numbers
from tests.engine.mutations import damage_bytes, damage_onnx_fields, damage_safetensors_header
from tests.engine.network_samples import EVERYTHING, SMALL
from tests.engine.project_damages import FOREIGN_WORDS

MUTATIONS = int(os.environ.get("FILTERSCOPE_MUTATIONS", "100"))
# Reading a sound file takes a few milliseconds and a few hundred kilobytes.
MOST_SECONDS = 5.0
MOST_MEGABYTES = 300
# A damaged description may be a sound one of a larger network: that is not run.
MOST_RUN = 1 << 18

SAMPLES = Path(__file__).parent / "samples"

Damage = Callable[[bytes, random.Random], bytes]


def onnx_files() -> list[bytes]:
    found = [path.read_bytes() for path in sorted(SAMPLES.glob("*.onnx"))]
    return found + [onnx_bytes(spec, Network(spec, 1).parameters) for spec in (SMALL, EVERYTHING)]


def safetensors_files(folder: Path) -> list[bytes]:
    found = []
    for spec in (SMALL, EVERYTHING):
        save_model(folder / "whole.safetensors", spec, Network(spec, 1).parameters, card={"name": "é"})
        found.append((folder / "whole.safetensors").read_bytes())
    return found


def damaged(originals: list[bytes], damage: Damage, seed: int) -> bytes:
    rng = random.Random(seed)
    return damage(rng.choice(originals), rng)


def try_one(path: Path, load: Callable[[Path], Model]) -> bool:
    """Load a damaged file as it should be: whole, or refused with one sentence. Tell whether it was whole."""
    try:
        model = load(path)
    except FormatError as error:
        sentence = str(error)
        assert sentence.startswith(f"“{path.name}” ")
        assert sentence.endswith(".")
        assert sentence.isprintable()
        assert len(sentence) < 450
        if path.suffix == ".safetensors":
            assert not FOREIGN_WORDS.search(re.sub("“[^”]*”?", "", sentence)), sentence
        return False
    if patch_numbers(model.spec) <= MOST_RUN:
        x = np.zeros((1, *model.spec.input_shape), np.float32)
        assert Network.from_parameters(model.spec, model.parameters).forward(x).ndim == 2
    return True


@pytest.mark.parametrize(
    ("suffix", "damage"),
    [
        (".safetensors", damage_bytes),
        (".safetensors", damage_safetensors_header),
        (".onnx", damage_bytes),
        (".onnx", damage_onnx_fields),
    ],
    ids=["safetensors-bytes", "safetensors-header", "onnx-bytes", "onnx-fields"],
)
def test_damaged_files_are_refused_in_one_sentence(suffix: str, damage: Damage, tmp_path: Path) -> None:
    originals = onnx_files() if suffix == ".onnx" else safetensors_files(tmp_path)
    load: Callable[[Path], Model] = load_onnx if suffix == ".onnx" else load_model
    path = tmp_path / f"net{suffix}"
    # The package is imported once, before memory is counted.
    path.write_bytes(originals[0])
    assert try_one(path, load) or suffix == ".onnx"
    refused = 0
    tracemalloc.start()
    try:
        for seed in range(MUTATIONS):
            path.write_bytes(damaged(originals, damage, seed))
            tracemalloc.reset_peak()
            before, began = tracemalloc.get_traced_memory()[0], time.perf_counter()
            try:
                refused += not try_one(path, load)
            except Exception as error:
                pytest.fail(f"seed {seed}: {type(error).__name__}: {error}")
            assert time.perf_counter() - began < MOST_SECONDS, f"seed {seed} took too long"
            used = tracemalloc.get_traced_memory()[1] - before
            assert used < MOST_MEGABYTES << 20, f"seed {seed} took {used >> 20} MB"
    finally:
        tracemalloc.stop()
    assert refused > MUTATIONS // 10
