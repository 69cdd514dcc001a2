"""The command ``export``."""

import argparse
import io
import json

import numpy as np

from engine.cli.output import say
from engine.formats.files import write_atomically
from engine.formats.model import Model, load_model
from engine.formats.onnx_export import onnx_bytes
from engine.formats.spec_json import spec_to_json

# What is no text to be shown.
NEEDS_FILE = ("npz", "onnx")


def export(options: argparse.Namespace) -> int:
    """Write a network for other programs; give the exit code."""
    if options.to in NEEDS_FILE and options.out is None:
        options.wrong(f"--to {options.to} needs --out FILE")
    model = load_model(options.file)
    if options.to == "npz":
        write_atomically(options.out, _npz(model))
    elif options.to == "onnx":
        write_atomically(options.out, onnx_bytes(model.spec, model.parameters, card=model.card))
    else:
        _give(options, _json(model, options.to))
    return 0


def _give(options: argparse.Namespace, text: str) -> None:
    if options.out is None:
        say(text)
    else:
        write_atomically(options.out, f"{text}\n".encode())


def _json(model: Model, kind: str) -> str:
    text = spec_to_json(model.spec) if kind == "spec-json" else json.dumps(model.card)
    return json.dumps(json.loads(text), indent=2, ensure_ascii=False)


def _npz(model: Model) -> bytes:
    buffer = io.BytesIO()
    # As dtype "S": a plain array, so that the file opens without allowing Python objects.
    numbers = {name: np.asarray(value) for name, value in model.parameters.items()}
    np.savez_compressed(buffer, allow_pickle=False, spec=np.bytes_(spec_to_json(model.spec)), **numbers)
    return buffer.getvalue()
