"""Gradients of thirty random networks against PyTorch's, which ``benchmarks/gradients.py`` wrote down."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.network import Network
from tests.engine.gradient_cases import COUNT, fingerprint, gradient_case

GOLDEN: list[dict[str, Any]] = json.loads(
    (Path(__file__).with_name("samples") / "torch_gradients.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("number", range(COUNT))
def test_gradients_are_those_of_pytorch(number: int) -> None:
    case, wanted = gradient_case(number), GOLDEN[number]
    network = Network.from_parameters(case.spec, case.parameters)

    loss, gradients = network.loss_and_gradients(case.x, case.y)

    assert loss == pytest.approx(wanted["loss"], rel=1e-5)
    assert {name for name in gradients if "running" not in name} == set(wanted["gradients"])
    largest = max(values[0] for values in wanted["gradients"].values())
    for name, values in wanted["gradients"].items():
        # A bias in front of batch normalisation has a gradient of rounding errors only.
        near = 1e-5 * max(values[0], 1e-6 * largest)
        np.testing.assert_allclose(fingerprint(gradients[name]), values, rtol=0, atol=5 * near, err_msg=name)
