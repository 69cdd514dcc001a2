"""Compare the engine's gradients with PyTorch's, at equal weights, in float64, on thirty random networks.

With ``--write`` the tests' golden values are written anew: each gradient's length and two projections.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
import numpy as np  # noqa: E402

from benchmarks._field import TORCH_VERSION, find_torch, torch_python  # noqa: E402
from engine.network import Network  # noqa: E402
from engine.parameters import Parameters  # noqa: E402
from engine.spec import NetworkSpec  # noqa: E402
from tests.engine.gradient_cases import COUNT, fingerprint, gradient_case  # noqa: E402
from tests.engine.network_samples import Case  # noqa: E402

GOLDEN = ROOT / "tests" / "engine" / "samples" / "torch_gradients.json"


def write_case(
    folder: Path, spec: NetworkSpec, parameters: Parameters, arrays: dict[str, Any], **more: Any
) -> None:
    """Write a network, its numbers and some arrays for a worker with PyTorch."""
    layers = [{"type": type(layer).__name__, **asdict(layer)} for layer in spec.layers]
    shapes = {name: spec.input_shapes[name] for name in spec.layer_names}
    values: dict[str, Any] = {f"p:{name}": value for name, value in parameters.items()}
    np.savez(folder / "case.npz", **arrays, **values)
    described = {"layers": layers, "names": spec.layer_names, "shapes": shapes, **more}
    (folder / "case.json").write_text(json.dumps(described), encoding="utf-8")


def torch_gradients(python: str, case: Case, folder: Path) -> tuple[float, dict[str, np.ndarray]]:
    """Let PyTorch compute the loss and the gradients of a case."""
    write_case(folder, case.spec, case.parameters, {"x": case.x, "y": case.y})
    worker = Path(__file__).with_name("_torch_gradients.py")
    subprocess.run([python, worker, folder], check=True)
    with np.load(folder / "gradients.npz") as found:
        return float(found["loss"]), {name: found[name] for name in found.files if name != "loss"}


def main() -> None:
    """Compare, print the largest error, and write golden values if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--torch-python", default=torch_python(), metavar="PATH", help="default: %(default)s")
    parser.add_argument("--write", action="store_true", help="write the tests' golden values")
    options = parser.parse_args()
    python = find_torch(options.torch_python)
    if python is None:
        raise SystemExit(1)
    golden, worst = [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(COUNT):
            case = gradient_case(number)
            loss, wanted = torch_gradients(python, case, Path(folder))
            network = Network.from_parameters(case.spec, case.parameters)
            own_loss, found = network.loss_and_gradients(case.x, case.y)
            largest = max(np.linalg.norm(gradient) for gradient in wanted.values())
            errors = [abs(own_loss / loss - 1)]
            for name, gradient in wanted.items():
                size = max(np.linalg.norm(gradient), 1e-6 * largest)
                errors.append(float(np.linalg.norm(found[name] - gradient) / size))
            worst = max(worst, *errors)
            print(f"network {number:2}: largest relative error {max(errors):.1e}  {case.spec}")
            golden.append(
                {"loss": loss, "gradients": {name: fingerprint(value) for name, value in wanted.items()}}
            )
    print(f"largest relative error of all: {worst:.1e} (PyTorch {TORCH_VERSION}, float64)")
    if options.write:
        GOLDEN.write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
