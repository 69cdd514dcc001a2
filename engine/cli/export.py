"""The command ``export``."""

import argparse
import io
import json

import numpy as np

from engine.cli.output import say
from engine.formats.files import write_atomically
from engine.formats.model import Model, load_model
from engine.formats.spec_json import spec_to_json


def export(options: argparse.Namespace) -> int:
    """Write a network's numbers, description or card; give the exit code."""
    if options.to == "npz" and options.out is None:
        options.wrong("--to npz needs --out FILE")
    model = load_model(options.file)
    if options.to == "npz":
        write_atomically(options.out, _npz(model))
        return 0
    text = spec_to_json(model.spec) if options.to == "spec-json" else json.dumps(model.card)
    text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    if options.out is None:
        say(text)
    else:
        write_atomically(options.out, f"{text}\n".encode())
    return 0


def _npz(model: Model) -> bytes:
    buffer = io.BytesIO()
    # As dtype "S": a plain array, so that the file opens without allowing Python objects.
    numbers = {name: np.asarray(value) for name, value in model.parameters.items()}
    np.savez_compressed(buffer, allow_pickle=False, spec=np.bytes_(spec_to_json(model.spec)), **numbers)
    return buffer.getvalue()
