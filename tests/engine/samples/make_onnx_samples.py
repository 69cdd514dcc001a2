"""Makes the `.onnx` files in this folder, with PyTorch and with Keras, and the answers they must give.

The files are kept, so tests need neither. To make them anew, in two environments of their own:

    pip install torch==2.13.0 onnx==1.23.2 onnxscript==0.7.2
    python make_onnx_samples.py torch
    pip install tensorflow-cpu==2.21.0 keras==3.15.1 tf2onnx==1.17.0 onnx==1.23.2
    python make_onnx_samples.py keras

`golden.json` holds for each file what the exporting library itself computes for the pictures
``default_rng(SEED).random((4, c, h, w), float32)``, times `scale`: logits, or probabilities where the network
ends with a softmax.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent
GOLDEN = FOLDER / "golden.json"
SEED = 7


def remember(name: str, shape: tuple[int, ...], answer: Any, *, ends: str, scale: float = 1.0) -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8")) if GOLDEN.exists() else {}
    golden[name] = {"shape": shape, "ends": ends, "scale": scale, "answer": np.asarray(answer).tolist()}
    GOLDEN.write_text(json.dumps(golden, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def pictures(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(SEED).random((4, *shape), np.float32)


def make_torch() -> None:
    import torch
    from torch import nn

    torch.manual_seed(0)

    class Colour(nn.Module):
        """Names, shapes and a flattening as people write them by hand."""

        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Conv2d(3, 4, 3, padding="same")
            self.deep = nn.Conv2d(4, 4, 2, padding="same", groups=4)
            self.pool = nn.AdaptiveAvgPool2d(1)
            self.last = nn.Linear(4, 3)
            self.norm = nn.BatchNorm1d(3)

        def forward(self, x: Any) -> Any:
            x = torch.sigmoid(self.deep(torch.tanh(self.first(x))))
            x = self.pool(x)
            x = self.last(x.view(x.size(0), -1))
            return torch.log_softmax(self.norm(x), 1)

    grey = nn.Sequential(
        *(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(4, 5, 3, stride=2), nn.LeakyReLU(0.1), nn.Dropout(0.3), nn.AvgPool2d(2)),
        *(nn.Flatten(), nn.Linear(45, 10)),
    )
    mlp = nn.Sequential(nn.Flatten(), nn.Linear(64, 6), nn.ReLU(), nn.BatchNorm1d(6), nn.Linear(6, 10))
    for network, shape, name, ends in (
        (grey, (1, 28, 28), "torch-grey", "logits"),
        (Colour(), (3, 16, 16), "torch-colour", "log probabilities"),
        (mlp, (1, 8, 8), "torch-dense", "logits"),
    ):
        x = torch.from_numpy(pictures(shape))
        with torch.no_grad():
            for _ in range(5):
                # Running statistics that are not those of the beginning.
                network(x + 0.1)
            answer = network.eval()(x).numpy()
        for suffix, batch in (("", {0: "n"}), ("-fixed", None)):
            torch.onnx.export(
                network,
                (x if batch else x[:1],),
                FOLDER / f"{name}{suffix}.onnx",
                dynamo=False,
                input_names=["pictures"],
                dynamic_axes={"pictures": batch} if batch else None,
            )
            remember(f"{name}{suffix}.onnx", shape, answer, ends=ends)
        if name != "torch-dense":
            # The newer exporter puts larger weights in a file of their own.
            out = f"{name}-dynamo.onnx"
            n = torch.export.Dim("n")
            torch.onnx.export(network, (x,), FOLDER / out, dynamo=True, dynamic_shapes=({0: n},))
            forget_where(FOLDER / out)
            remember(out, shape, answer, ends=ends)


def forget_where(path: Path) -> None:
    """Drop the stack traces of the exporting program, which are most of such a small file."""
    import onnx

    model = onnx.load(path, load_external_data=False)
    for node in model.graph.node:
        node.ClearField("metadata_props")
    for value in (*model.graph.value_info, *model.graph.input, *model.graph.output):
        value.ClearField("metadata_props")
    path.write_bytes(model.SerializeToString())


def make_keras() -> None:
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    norm = {"moving_mean_initializer": "random_normal", "moving_variance_initializer": "ones"}
    grey = keras.Sequential(
        [
            *(keras.Input((28, 28, 1)), layers.Rescaling(1 / 255)),
            *(layers.Conv2D(4, 3, activation="relu"), layers.MaxPooling2D()),
            *(layers.Conv2D(4, 3, padding="same", strides=2), layers.BatchNormalization(**norm)),
            *(layers.LeakyReLU(), layers.AveragePooling2D(2), layers.Flatten()),
            *(layers.Dense(8, activation="relu"), layers.BatchNormalization(**norm), layers.Dropout(0.2)),
            layers.Dense(10, activation="softmax"),
        ]
    )
    colour = keras.Sequential(
        [
            *(keras.Input((16, 16, 3)), layers.ZeroPadding2D(1), layers.Conv2D(4, 3, activation="relu")),
            *(layers.BatchNormalization(**norm), layers.DepthwiseConv2D(3), layers.SeparableConv2D(6, 3)),
            *(layers.GlobalAveragePooling2D(), layers.Dense(3)),
        ]
    )
    dense = keras.Sequential(
        [
            *(keras.Input((8, 8)), layers.Flatten()),
            *(layers.Dense(8, activation="tanh"), layers.Dense(10, activation="softmax")),
        ]
    )
    for network, shape, name, ends, scale in (
        (grey, (1, 28, 28), "keras-grey", "probabilities", 255.0),
        (colour, (3, 16, 16), "keras-colour", "logits", 1.0),
        (dense, (1, 8, 8), "keras-dense", "probabilities", 1.0),
    ):
        rng = np.random.default_rng(1)
        for weight in network.weights:
            if "bias" in weight.name or "beta" in weight.name:
                weight.assign(rng.normal(0, 0.1, weight.shape))
        x = pictures(shape) * np.float32(scale)
        answer = network(x[:, 0] if name == "keras-dense" else np.moveaxis(x, 1, -1))
        network.export(str(FOLDER / f"{name}.onnx"), format="onnx", verbose=False)
        remember(f"{name}.onnx", shape, answer, ends=ends, scale=scale)


if __name__ == "__main__":
    {"torch": make_torch, "keras": make_keras}[sys.argv[1]]()
