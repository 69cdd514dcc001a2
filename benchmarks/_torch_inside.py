"""Worker of inside.py: what PyTorch, with hooks, carries back from every channel to the pixels."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch  # type: ignore[import-not-found]
from _torch_gradients import layer_of  # type: ignore[import-not-found]
from torch import nn


def main() -> None:
    """Compute what is in the folder that is named."""
    folder = Path(sys.argv[1])
    described = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    values = np.load(folder / "case.npz")
    names = described["names"]
    modules = {
        name: layer_of(kind, described["shapes"][name])
        for name, kind in zip(names, described["layers"], strict=True)
    }
    for name, module in modules.items():
        load(name, module, values)
        module.double().eval()
    pictures = torch.from_numpy(values["x"])
    found: dict[str, np.ndarray] = {}
    for rule in ("gradient", "guided", "deconvnet"):
        hooks = [
            module.register_full_backward_hook(HOOKS[rule])
            for module in modules.values()
            if isinstance(module, nn.ReLU) and rule in HOOKS
        ]
        outputs, x = run(modules, pictures)
        for name, module in modules.items():
            if not isinstance(module, nn.Conv2d):
                continue
            maps = []
            for channel in range(outputs[name].shape[1]):
                # Of each picture the strongest pixel, which autograd finds by itself.
                strongest = outputs[name][:, channel].flatten(1).max(dim=1).values.sum()
                maps.append(torch.autograd.grad(strongest, x, retain_graph=True)[0])
            found[f"{rule}:{name}"] = torch.stack(maps).numpy()
        logits = outputs[names[-1]]
        maps = [
            torch.autograd.grad(logits[:, label].sum(), x, retain_graph=True)[0]
            for label in range(logits.shape[1])
        ]
        found[f"{rule}:classes"] = torch.stack(maps).numpy()
        for hook in hooks:
            hook.remove()
    found["cam"] = cams(modules, described["cam"], pictures)
    np.savez(folder / "maps.npz", allow_pickle=False, **found)


def load(name: str, module: Any, values: Any) -> None:
    """Give a layer its numbers."""
    for own, its in (
        ("weight", "weight"),
        ("bias", "bias"),
        ("scale", "weight"),
        ("shift", "bias"),
        ("running_mean", "running_mean"),
        ("running_variance", "running_var"),
    ):
        if f"p:{name}.{own}" in values.files:
            target = getattr(module, its)
            target.data = torch.from_numpy(values[f"p:{name}.{own}"]).reshape(target.shape).double()


def run(modules: dict[str, Any], pictures: Any) -> tuple[dict[str, Any], Any]:
    """Keep every layer's output, and the pictures that gradients are wanted of."""
    x = first = pictures.clone().requires_grad_(True)
    outputs = {}
    for name, module in modules.items():
        x = outputs[name] = module(x)
    return outputs, first


def cams(modules: dict[str, Any], layer: str, pictures: Any) -> np.ndarray:
    """Grad-CAM of every class at a layer: ``(classes, n, h, w)``."""
    outputs, _ = run(modules, pictures)
    logits = outputs[list(modules)[-1]]
    found = []
    for label in range(logits.shape[1]):
        gradient = torch.autograd.grad(logits[:, label].sum(), outputs[layer], retain_graph=True)[0]
        weights = gradient.mean(dim=(2, 3), keepdim=True)
        found.append(torch.relu((weights * outputs[layer]).sum(dim=1)))
    return torch.stack(found).detach().numpy()


def _guided(module: Any, inputs: Any, outputs: Any) -> Any:
    return (inputs[0].clamp(min=0),)


def _deconvnet(module: Any, inputs: Any, outputs: Any) -> Any:
    return (outputs[0].clamp(min=0),)


HOOKS = {"guided": _guided, "deconvnet": _deconvnet}


if __name__ == "__main__":
    main()
