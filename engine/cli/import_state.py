"""The command ``import``."""

import argparse

from engine.formats.model import save_model
from engine.formats.opening import open_network
from engine.formats.spec_json import spec_from_json
from engine.formats.state_dict import load_state_dict


def import_state(options: argparse.Namespace) -> int:
    """Put PyTorch's parameters into a network of known layers, and save it; give the exit code."""
    if options.spec is not None:
        spec = spec_from_json(options.spec.read_bytes())
    else:
        spec = open_network(options.like).spec
    save_model(options.out, spec, load_state_dict(options.file, spec))
    return 0
