"""Worker of gradients.py: loss and gradients of one network with PyTorch, in float64."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch  # type: ignore[import-not-found]
from torch import nn


def layer_of(kind: dict[str, Any], shape: list[int]) -> Any:
    """Make a layer of the engine's description with PyTorch."""
    name = kind["type"]
    if name == "Conv2D":
        return nn.Conv2d(
            shape[0],
            kind["filters"],
            kind["kernel_size"],
            stride=kind["stride"],
            padding=kind["padding"],
            dilation=kind["dilation"],
            groups=kind["groups"],
            bias=kind["bias"],
        )
    if name == "Dense":
        return nn.Linear(shape[0], kind["units"], bias=kind["bias"])
    if name == "BatchNorm2D":
        return nn.BatchNorm2d(shape[0], eps=kind["epsilon"])
    if name == "MaxPool2D":
        return nn.MaxPool2d(kind["size"], kind["stride"], kind["padding"])
    if name == "AvgPool2D":
        return nn.AvgPool2d(kind["size"], kind["stride"], kind["padding"])
    plain = {
        "GlobalAvgPool2D": lambda: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        "Flatten": nn.Flatten,
        "ReLU": nn.ReLU,
        "LeakyReLU": lambda: nn.LeakyReLU(kind["slope"]),
        "Sigmoid": nn.Sigmoid,
        "Tanh": nn.Tanh,
    }
    return plain[name]()


def main() -> None:
    """Compute what is in the folder that is named."""
    folder = Path(sys.argv[1])
    described = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    values = np.load(folder / "case.npz")
    names = described["names"]
    made = [
        layer_of(kind, described["shapes"][name])
        for name, kind in zip(names, described["layers"], strict=True)
    ]
    parts: dict[str, Any] = {}
    for name, layer in zip(names, made, strict=True):
        for own, its in (("weight", "weight"), ("bias", "bias"), ("scale", "weight"), ("shift", "bias")):
            key = f"p:{name}.{own}"
            if key in values.files:
                parameter = getattr(layer, its)
                parameter.data = torch.from_numpy(values[key]).reshape(parameter.shape).double()
                parts[f"{name}.{own}"] = parameter
    model = nn.Sequential(*made).double().train()
    loss = nn.functional.cross_entropy(model(torch.from_numpy(values["x"])), torch.from_numpy(values["y"]))
    loss.backward()
    gradients = {name: parameter.grad.numpy() for name, parameter in parts.items()}
    np.savez(folder / "gradients.npz", loss=float(loss.detach()), **gradients)


if __name__ == "__main__":
    main()
