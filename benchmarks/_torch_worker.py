"""Worker of training.py and inference.py: the same networks with PyTorch, in an environment of its own."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import torch  # type: ignore[import-not-found]
from torch import nn

from benchmarks._task import serve, whole_batches


def network(shape: list[int], layers: list[list[Any]]) -> Any:
    """Make a network of `benchmarks._networks`."""
    made: list[Any] = []
    for kind, *numbers in layers:
        if kind == "conv":
            filters, kernel, stride, padding, groups = numbers
            made.append(_conv(shape, made, filters, kernel, stride, padding, groups))
        elif kind == "dense":
            made.append(nn.LazyLinear(numbers[0]))
        elif kind == "globalavg":
            made.append(nn.AdaptiveAvgPool2d(1))
        elif kind == "norm":
            made.append(nn.LazyBatchNorm2d())
        else:
            plain = {
                "max": nn.MaxPool2d,
                "avg": nn.AvgPool2d,
                "dropout": nn.Dropout,
                "flatten": nn.Flatten,
                "relu": nn.ReLU,
            }
            made.append(plain[kind](*numbers))
    model = nn.Sequential(*made)
    model(torch.zeros(2, *shape))
    return model


def _conv(
    shape: list[int], before: list[Any], filters: int, kernel: int, stride: int, padding: int, groups: int
) -> Any:
    if groups == 1:
        return nn.LazyConv2d(filters, kernel, stride=stride, padding=padding)
    # A lazy convolution knows no groups before it has seen its input.
    with torch.no_grad():
        channels = nn.Sequential(*before).eval()(torch.zeros(2, *shape)).shape[1]
    return nn.Conv2d(channels, filters, kernel, stride=stride, padding=padding, groups=groups)


def main() -> None:
    """Answer each request on standard input."""
    settings = json.loads(sys.argv[1])
    torch.set_num_threads(settings["threads"])
    torch.manual_seed(0)
    shape, count = settings["shape"], settings["count"]
    size = count * shape[0] * shape[1] * shape[2]
    # Torch may come without NumPy, so the data is read by Torch itself.
    pictures = torch.from_file(settings["pictures"], size=size, dtype=torch.uint8)
    pictures = pictures.view(count, *shape).clone()
    labels = torch.from_file(settings["labels"], size=count, dtype=torch.int64).clone()
    model = network(shape, settings["layers"])
    if settings["weights"] and sum(p.numel() for p in model.parameters()) != settings["weights"]:
        raise SystemExit("the networks differ")
    layout = torch.channels_last if settings["channels_last"] else torch.contiguous_format
    model = model.to(memory_format=layout)
    task = _trains if settings["task"] == "train" else _answers
    serve(task(model, settings, pictures, labels, layout))


def _trains(
    model: Any, settings: dict[str, Any], pictures: Any, labels: Any, layout: Any
) -> Callable[[], tuple[int, float]]:
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=settings["fused"])
    run = torch.compile(model) if settings["compiled"] else model
    batch = settings["batch"]
    batches = whole_batches(settings["count"], batch, torch.randperm)

    def step() -> tuple[int, float]:
        chosen = next(batches)
        x = pictures[chosen].to(torch.float32).mul_(1 / 255).contiguous(memory_format=layout)
        loss = nn.functional.cross_entropy(run(x), labels[chosen])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return batch, float(loss.detach())

    step()
    return step


def _answers(
    model: Any, settings: dict[str, Any], pictures: Any, labels: Any, layout: Any
) -> Callable[[], tuple[int, float]]:
    batch, at = settings["batch"], 0
    model.eval()
    run = torch.compile(model) if settings["compiled"] else model
    ready = pictures[: 16 * batch].to(torch.float32).mul_(1 / 255).contiguous(memory_format=layout)

    def step() -> tuple[int, float]:
        nonlocal at
        with torch.inference_mode():
            run(ready[at : at + batch])
        at = (at + batch) % len(ready)
        return batch, 0.0

    step()
    return step


if __name__ == "__main__":
    main()
