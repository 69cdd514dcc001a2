"""Worker of training.py: trains the same networks with PyTorch. Runs in an environment of its own."""

import json
import sys
import time
from typing import Any

import torch  # type: ignore[import-not-found]
from torch import nn


def network(name: str) -> Any:
    """Make the preset of that name with the same layers as `engine.recipes`."""
    if name == "8–16":
        layers = [
            nn.Conv2d(1, 8, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
        ]
        return nn.Sequential(*layers, nn.Flatten(), nn.Linear(400, 10))
    layers = [
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10),
    ]  # fmt: skip
    return nn.Sequential(*layers)


def main() -> None:
    """Answer each request on standard input."""
    settings = json.loads(sys.argv[1])
    torch.set_num_threads(settings["threads"])
    torch.manual_seed(0)
    count = settings["count"]
    # Torch may come without NumPy, so the data is read by Torch itself.
    pictures = (
        torch.from_file(settings["pictures"], size=count * 784, dtype=torch.uint8)
        .view(count, 1, 28, 28)
        .clone()
    )
    labels = torch.from_file(settings["labels"], size=count, dtype=torch.int64).clone()
    model = network(settings["network"])
    if sum(p.numel() for p in model.parameters()) != settings["weights"]:
        raise SystemExit("the networks differ")
    layout = torch.channels_last if settings["channels_last"] else torch.contiguous_format
    model = model.to(memory_format=layout)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=settings["fused"])
    batch, at, order = settings["batch"], count, torch.empty(0)
    for line in sys.stdin:
        images, steps, total = 0, 0, torch.zeros(())
        started, cpu = time.perf_counter(), time.process_time()
        end = started + json.loads(line)["seconds"]
        while time.perf_counter() < end:
            if at >= count:
                order, at = torch.randperm(count), 0
            chosen = order[at : at + batch]
            at += batch
            x = pictures[chosen].to(torch.float32).mul_(1 / 255).contiguous(memory_format=layout)
            loss = nn.functional.cross_entropy(model(x), labels[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.detach()
            images, steps = images + len(chosen), steps + 1
        answer = {
            "images": images,
            "seconds": time.perf_counter() - started,
            "loss": float(total) / steps,
            "cpu_seconds": time.process_time() - cpu,
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
