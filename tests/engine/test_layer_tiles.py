"""The flow of a network: a block for every layer that changes the picture, in order."""

import numpy as np
from numpy.typing import NDArray

from engine.inspect.layer_tiles import layer_scales, layer_tiles, layer_words
from engine.layers import Conv2D, Dense, Dropout, Flatten, GlobalAvgPool2D, MaxPool2D, ReLU, Tanh
from engine.spec import NetworkSpec

SPEC = NetworkSpec(
    (1, 28, 28),
    (Conv2D(8, 3), ReLU(), MaxPool2D(2), Dropout(0.25), Flatten(), Dense(32), Tanh(), Dense(10)),
)


def _activations(spec: NetworkSpec, fill: float = 0.5) -> dict[str, NDArray[np.float32]]:
    return {name: np.full(shape, fill, np.float32) for name, shape in spec.shapes.items()}


def test_every_layer_that_changes_the_picture_has_a_block() -> None:
    blocks = layer_tiles(SPEC, _activations(SPEC))
    assert [block.name for block in blocks] == [
        "input", "conv1", "relu1", "pool1", "dense1", "tanh1", "dense2",
    ]  # fmt: skip
    assert [block.shape for block in blocks][:4] == [
        (1, 28, 28), (8, 26, 26), (8, 26, 26), (8, 13, 13),
    ]  # fmt: skip


def test_the_last_layer_is_the_logits_with_the_names_of_the_classes() -> None:
    last = layer_tiles(SPEC, _activations(SPEC))[-1]
    assert last.kind == "logits"
    assert last.tiles is None
    assert last.vector is not None
    assert last.labels == SPEC.classes


def test_the_way_to_a_block_names_the_layers_that_have_none() -> None:
    blocks = {block.name: block for block in layer_tiles(SPEC, _activations(SPEC))}
    assert blocks["input"].connector == ()
    assert blocks["conv1"].connector == ("conv 3×3", "8 filters")
    assert blocks["pool1"].connector == ("pool 2",)
    assert blocks["dense1"].connector == ("dropout 25\u202f%", "dense", "32 units")


def test_a_vector_between_layers_is_tiles_of_one_pixel() -> None:
    blocks = {block.name: block for block in layer_tiles(SPEC, _activations(SPEC))}
    tiles = blocks["dense1"].tiles
    assert tiles is not None
    assert tiles.maps.shape == (32, 1, 1, 1)


def test_the_sign_of_a_block_follows_from_the_layers_and_not_from_the_numbers() -> None:
    blocks = {block.name: block.tiles for block in layer_tiles(SPEC, _activations(SPEC))}
    signed = {name: tiles.signed for name, tiles in blocks.items() if tiles is not None}
    assert signed == {
        "input": False, "conv1": True, "relu1": False, "pool1": False, "dense1": True,
        "tanh1": True,
    }  # fmt: skip


def test_the_input_is_drawn_as_ink_from_zero_to_one() -> None:
    tiles = layer_tiles(SPEC, _activations(SPEC, 0.25))[0].tiles
    assert tiles is not None
    assert (tiles.role, tiles.signed, tiles.scale) == ("picture", False, 1.0)


def test_scales_handed_on_do_not_shrink() -> None:
    strong = layer_scales(layer_tiles(SPEC, _activations(SPEC, 3.0)))
    after = layer_scales(layer_tiles(SPEC, _activations(SPEC, 0.1), strong))
    assert after == strong


def test_a_mean_of_each_channel_is_drawn_as_a_vector() -> None:
    spec = NetworkSpec((3, 8, 8), (Conv2D(4, 3), GlobalAvgPool2D(), Flatten(), Dense(10)))
    blocks = layer_tiles(spec, _activations(spec))
    assert [block.kind for block in blocks] == ["input", "conv", "globalpool", "logits"]


def test_a_stride_and_a_window_that_is_not_square_are_spelled_out() -> None:
    assert layer_words(Conv2D(4, (3, 5), stride=2)) == ("conv 3×5", "stride 2", "4 filters")
    assert layer_words(MaxPool2D((2, 1))) == ("pool 2×1",)
