"""Compare what is carried back from every channel and class to the pixels with PyTorch's, on 20 pictures.

Gradient, guided backpropagation, deconvnet and Grad-CAM of the shipped networks; PyTorch does it with hooks
on an equal network. Both in float64: in float32 rounding decides which of two nearly equal pixels wins a
pool. With ``--write`` the tests' golden values are written anew: each map's length and two projections, for
the smaller network.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
import numpy as np  # noqa: E402

from benchmarks._field import TORCH_VERSION, find_torch, torch_python  # noqa: E402
from benchmarks.gradients import write_case  # noqa: E402
from engine.formats.model import Model, load_model  # noqa: E402
from engine.inspect.saliency import last_features  # noqa: E402
from tests.engine.gradient_cases import fingerprint  # noqa: E402
from tests.engine.inside_cases import GOLDEN, own_maps, pictures  # noqa: E402

NETWORKS = ("classic", "reader", "shapes")


def torch_maps(python: str, model: Model, x: np.ndarray, folder: Path) -> dict[str, np.ndarray]:
    """Let PyTorch compute the maps of a network."""
    spec = model.spec
    write_case(folder, spec, model.parameters, {"x": x}, cam=last_features(spec))
    worker = Path(__file__).with_name("_torch_inside.py")
    subprocess.run([python, worker, folder], check=True)
    with np.load(folder / "maps.npz") as found:
        return {name: found[name] for name in found.files}


def main() -> None:
    """Compare, print the largest errors, and write golden values if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--torch-python", default=torch_python(), metavar="PATH", help="default: %(default)s")
    parser.add_argument("--write", action="store_true", help="write the tests' golden values")
    options = parser.parse_args()
    python = find_torch(options.torch_python)
    if python is None:
        raise SystemExit(1)
    for network in NETWORKS:
        model = load_model(ROOT / "resources" / "networks" / f"{network}.safetensors")
        with tempfile.TemporaryDirectory() as folder:
            wanted = torch_maps(python, model, pictures(model.spec.input_shape[0]), Path(folder))
        found = own_maps(model)
        assert set(found) == set(wanted)
        for name, maps in wanted.items():
            # Each map against its own largest number; what is zero in both agrees.
            axes = tuple(range(1, maps.ndim))
            largest = np.maximum(np.abs(maps).max(axis=axes), 1e-12)
            error = np.abs(found[name] - maps).max(axis=axes) / largest
            count = f"{len(maps):4} maps of 20 pictures"
            print(f"{network:8} {name:20} {count}: largest relative error {error.max():.1e}")
        if options.write and network == NETWORKS[0]:
            golden = {name: [fingerprint(each) for each in maps] for name, maps in wanted.items()}
            GOLDEN.write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")
    print(f"PyTorch {TORCH_VERSION}, float64")


if __name__ == "__main__":
    main()
