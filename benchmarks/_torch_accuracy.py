"""Worker of accuracy.py: PyTorch, trained from the same first values with the same recipe."""

import json
import math
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import numpy as np
import torch  # type: ignore[import-not-found]
from torch import nn

from benchmarks._torch_worker import network


def main() -> None:
    """Train as the folder that is named says, and print the seconds until the goal."""
    folder = Path(sys.argv[1])
    settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    recipe = settings["config"]
    torch.set_num_threads(settings["threads"])
    torch.manual_seed(settings["seed"])
    data = {name: torch.from_numpy(value) for name, value in np.load(folder / "data.npz").items()}
    layout = torch.channels_last
    model = network(settings["shape"], settings["layers"])
    first = np.load(folder / "start.npz")
    with torch.no_grad():
        for parameter, name in zip(model.parameters(), sorted(first.files), strict=True):
            parameter.copy_(torch.from_numpy(first[name]))
    model = model.to(memory_format=layout)
    kind = torch.optim.AdamW if recipe["optimizer"] == "adamw" else torch.optim.Adam
    optimizer = kind(model.parameters(), lr=1.0, weight_decay=recipe["weight_decay"], fused=True)
    average = [p.detach().clone() for p in model.parameters()] if recipe["averaging"] else None
    count, batch, step = len(data["y"]), recipe["batch_size"], 0
    seconds, accuracy, started = 0.0, 0.0, time.perf_counter()
    while step < settings["steps"] and accuracy < settings["goal"]:
        order = torch.randperm(count)
        for at in range(0, count, batch):
            chosen = order[at : at + batch]
            x = data["x"][chosen].to(torch.float32).mul_(1 / 255)
            if recipe["augmentation"] is not None:
                x = changed(x, recipe["augmentation"])
            x = x.contiguous(memory_format=layout)
            optimizer.param_groups[0]["lr"] = settings["rates"][step]
            loss = nn.functional.cross_entropy(
                model(x), data["y"][chosen], label_smoothing=recipe["label_smoothing"]
            )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            step += 1
            if average is not None:
                # As the engine does: a young average follows quickly.
                decay = min(recipe["averaging"], (1 + step) / (10 + step))
                torch._foreach_lerp_(average, [p.detach() for p in model.parameters()], 1 - decay)
            if step % settings["every"] == 0 or step == settings["steps"]:
                seconds += time.perf_counter() - started
                accuracy = read(model, average, data, layout)
                if accuracy >= settings["goal"]:
                    break
                started = time.perf_counter()
    reached = accuracy >= settings["goal"]
    sys.stdout.write(json.dumps({"seconds": seconds, "accuracy": accuracy, "reached": reached}) + "\n")


def read(model: Any, average: Any, data: dict[str, Any], layout: Any) -> float:
    """Give the share of test digits that is read right, with the averaged parameters if there are some."""
    parameters = list(model.parameters())
    kept = [p.detach().clone() for p in parameters]
    with torch.inference_mode(), torch.no_grad():
        if average is not None:
            for parameter, value in zip(parameters, average, strict=True):
                parameter.copy_(value)
        right = 0
        for x, y in zip(data["test_x"].split(500), data["test_y"].split(500), strict=True):
            x = x.to(torch.float32).mul_(1 / 255).contiguous(memory_format=layout)
            right += int((model(x).argmax(1) == y).sum())
        for parameter, value in zip(parameters, kept, strict=True):
            parameter.copy_(value)
    return right / len(data["test_y"])


def changed(x: Any, how: dict[str, float]) -> Any:
    """Shift, turn, stretch and slant pictures as `engine.augment` does, in one bilinear resampling."""
    n, side = len(x), x.shape[-1]
    draw = torch.rand(n, 6) * 2 - 1
    angle, slant = draw[:, 0] * math.radians(how["rotation_deg"]), draw[:, 1] * math.radians(how["shear_deg"])
    stretch = 1 + draw[:, 2:4] * how["scale_percent"] / 100
    shift = draw[:, 4:6] * how["shift_px"] * 2 / side
    cos, sin, tan = angle.cos(), angle.sin(), slant.tan()
    rows = (
        torch.stack([cos * stretch[:, 0], (cos * tan - sin) * stretch[:, 1], shift[:, 0]], 1),
        torch.stack([sin * stretch[:, 0], (sin * tan + cos) * stretch[:, 1], shift[:, 1]], 1),
    )
    grid = nn.functional.affine_grid(torch.stack(rows, 1), x.shape, align_corners=False)
    return nn.functional.grid_sample(x, grid, align_corners=False)


if __name__ == "__main__":
    main()
