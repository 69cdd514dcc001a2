"""The command ``export``."""

import argparse
import io
import json

import numpy as np

from engine.cli.output import say
from engine.formats.files import write_atomically
from engine.formats.keras_script import keras_script
from engine.formats.model import Model, save_model
from engine.formats.onnx_export import onnx_bytes
from engine.formats.opening import open_network
from engine.formats.pytorch_script import pytorch_script
from engine.formats.spec_json import spec_to_json
from engine.formats.state_dict import save_state_dict

# What is no text to be shown.
NEEDS_FILE = ("safetensors", "npz", "onnx", "state-dict")

SCRIPTS = {"pytorch": pytorch_script, "keras": keras_script}


def export(options: argparse.Namespace) -> int:
    """Write a network for other programs; give the exit code."""
    if options.to in NEEDS_FILE and options.out is None:
        options.wrong(f"--to {options.to} needs --out FILE")
    model = open_network(options.file)
    if options.to == "safetensors":
        save_model(options.out, model.spec, model.parameters, card=model.card)
    elif options.to == "npz":
        write_atomically(options.out, _npz(model))
    elif options.to == "onnx":
        write_atomically(options.out, onnx_bytes(model.spec, model.parameters, card=model.card))
    elif options.to == "state-dict":
        save_state_dict(options.out, model.spec, model.parameters)
    elif options.to in SCRIPTS:
        _give_script(options, model)
    else:
        _give(options, _json(model, options.to))
    return 0


def _give_script(options: argparse.Namespace, model: Model) -> None:
    """Write a script, and its weights beside it; or show it, for the weights of the file that was read."""
    make = SCRIPTS[options.to]
    if options.out is None:
        _give(options, make(model.spec, options.file.name).rstrip())
        return
    weights = options.out.with_suffix(".npz")
    if weights == options.out:
        options.wrong(f"--to {options.to} must be written to another FILE than .npz, which holds the weights")
    text = make(model.spec, weights.name)
    write_atomically(weights, _npz(model))
    write_atomically(options.out, text.encode())


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
    description = spec_to_json(model.spec).encode()
    numbers = {name: np.asarray(value) for name, value in model.parameters.items()}
    np.savez_compressed(buffer, allow_pickle=False, spec=np.bytes_(description), **numbers)
    return buffer.getvalue()
