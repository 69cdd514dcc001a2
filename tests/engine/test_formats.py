"""Network files: whole, or refused with one sentence."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load, save

from engine import Conv2D, Dense, Flatten, GlobalAvgPool2D, Network, NetworkSpec
from engine.errors import FormatError
from engine.formats.files import write_atomically
from engine.formats.model import FORMAT, VERSION, load_model, save_model
from engine.formats.spec_json import spec_from_json, spec_to_json
from engine.recipes import PRESETS
from tests.engine.network_samples import EVERYTHING, SMALL, specs

CARD = {"data": "embedded digits", "recipe": {"epochs": 20}, "accuracy": 0.97, "name": "Größe – 8×16"}


def written(**metadata: str) -> bytes:
    """Give the bytes of a network file, with some of its metadata replaced."""
    parameters = Network(SMALL, 3).parameters
    tensors = {name: np.ascontiguousarray(value) for name, value in parameters.items()}
    whole = {"format": FORMAT, "version": str(VERSION), "spec": spec_to_json(SMALL), "card": json.dumps(CARD)}
    return save(tensors, whole | metadata)


WHOLE = written()
HEADER_END = 8 + int.from_bytes(WHOLE[:8], "little")


def refusal(content: bytes, folder: Path) -> str:
    """Give the sentence with which a file is refused."""
    path = folder / "net.safetensors"
    path.write_bytes(content)
    with pytest.raises(FormatError) as caught:
        load_model(path)
    sentence = str(caught.value)
    assert sentence.startswith("“net.safetensors”")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 400
    assert path.read_bytes() == content
    assert [p.name for p in folder.iterdir()] == ["net.safetensors"]
    return sentence


@pytest.mark.parametrize("spec", [SMALL, EVERYTHING, *(p.spec for p in PRESETS)], ids=str)
def test_a_network_comes_back_whole(spec: NetworkSpec, tmp_path: Path) -> None:
    network = Network(spec, 3)
    path = tmp_path / "my network.safetensors"
    network.save(path, card=CARD)
    model = load_model(path)
    assert model.spec == spec
    assert model.card == CARD
    np.testing.assert_array_equal(model.parameters.vector, network.parameters.vector)
    x = np.random.default_rng(0).random((2, *spec.input_shape), np.float32)
    np.testing.assert_array_equal(Network.load(path).forward(x), network.forward(x))


def test_a_file_is_readable_by_safetensors_itself(tmp_path: Path) -> None:
    Network(SMALL, 3).save(tmp_path / "net.safetensors")
    tensors = load((tmp_path / "net.safetensors").read_bytes())
    assert tensors["conv1.weight"].shape == (4, 1, 3, 3)


def test_double_precision_is_saved_as_single(tmp_path: Path) -> None:
    network = Network(SMALL, 3, dtype=np.float64)
    network.save(tmp_path / "net.safetensors")
    found = load_model(tmp_path / "net.safetensors").parameters.vector
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, network.parameters.vector, rtol=1e-7)


@pytest.mark.parametrize(
    "length", [0, 1, 7, 8, 9, 100, HEADER_END - 1, HEADER_END, HEADER_END + 1, len(WHOLE) - 1]
)
def test_a_file_cut_short_is_refused(length: int, tmp_path: Path) -> None:
    assert "damaged" in refusal(WHOLE[:length], tmp_path)


def test_a_file_with_something_behind_its_end_is_refused(tmp_path: Path) -> None:
    assert "damaged" in refusal(WHOLE + b"\0", tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04" + bytes(100),
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"<html></html>",
        bytes(1000),
        b"\xff" * 1000,
    ],
)
def test_a_file_of_another_kind_is_refused(content: bytes, tmp_path: Path) -> None:
    assert "not a .safetensors file" in refusal(content, tmp_path)


def test_the_safetensors_of_another_program_are_refused(tmp_path: Path) -> None:
    foreign = save({"weight": np.zeros(3, np.float32)}, {"format": "pt"})
    assert "holds no network of Filterscope" in refusal(foreign, tmp_path)
    assert "got 'none'" in refusal(save({"weight": np.zeros(3, np.float32)}), tmp_path)


@pytest.mark.parametrize("version", ["0", "", "1.0", "v2", "x" * 10_000, "9" * 10_000])
def test_another_version_is_refused(version: str, tmp_path: Path) -> None:
    assert "another version of Filterscope" in refusal(written(version=version), tmp_path)


@pytest.mark.parametrize("version", ["2", "99"])
def test_a_newer_version_is_called_newer(version: str, tmp_path: Path) -> None:
    assert "a newer version of Filterscope" in refusal(written(version=version), tmp_path)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda t: t.pop("conv1.bias"), "conv1.bias is missing"),
        (lambda t: t.update(extra=np.zeros(1, np.float32)), "extra is not part of its description"),
        (
            lambda t: t.update({"conv1.bias": np.zeros(5, np.float32)}),
            r"shape (4,), got float32 of shape (5,)",
        ),
        (lambda t: t.update({"conv1.bias": np.zeros(4)}), "must be float32 of shape (4,), got float64"),
        (lambda t: t.update({"conv1.bias": np.zeros((2, 2), np.float32)}), "got float32 of shape (2, 2)"),
        (lambda t: t["conv1.bias"].fill(np.nan), "conv1.bias holds numbers that are not finite"),
        (lambda t: t["conv1.bias"].fill(np.inf), "conv1.bias holds numbers that are not finite"),
        (lambda t: t.clear(), "is missing"),
    ],
)
def test_numbers_that_do_not_fit_the_description_are_refused(
    change: Callable[[dict[str, Any]], Any], wanted: str, tmp_path: Path
) -> None:
    tensors = {name: value.copy() for name, value in load(WHOLE).items()}
    change(tensors)
    metadata = {"format": FORMAT, "version": str(VERSION), "spec": spec_to_json(SMALL), "card": "{}"}
    assert wanted in refusal(save(tensors, metadata), tmp_path)


def test_a_variance_below_zero_is_refused(tmp_path: Path) -> None:
    network = Network(EVERYTHING, 3)
    network.parameters["batchnorm1.running_variance"][2] = -1
    network.save(tmp_path / "net.safetensors")
    content = (tmp_path / "net.safetensors").read_bytes()
    assert "batchnorm1.running_variance holds numbers below zero" in refusal(content, tmp_path)


def layered(*layers: Any, shape: Any = (1, 12, 12), classes: Any = ("a", "b")) -> str:
    return json.dumps({"input_shape": shape, "classes": classes, "layers": layers})


FLAT, PAIR = {"type": "Flatten"}, {"type": "Dense", "units": 2}
ONE_FILTER = {"type": "Conv2D", "filters": 1, "kernel_size": 1}
ABSURD = {
    "nothing": "",
    "no-json": "{",
    "a-list": "[]",
    "a-number": "12",
    "no-layers": layered(),
    "unknown-layer": layered({"type": "Transformer"}),
    "a-layer-that-is-no-table": layered("Flatten"),
    "a-type-that-is-a-list": layered({"type": ["Flatten"]}),
    "a-very-long-type": layered({"type": "x" * 100_000}),
    "base-class": layered({"type": "Layer"}),
    "unknown-setting": layered(FLAT, PAIR | {"colour": "red"}),
    "missing-setting": layered(FLAT, {"type": "Dense"}),
    "text-for-a-number": layered(FLAT, {"type": "Dense", "units": "2"}),
    "true-for-a-number": layered(FLAT, {"type": "Dense", "units": True}),
    "half-a-unit": layered(FLAT, {"type": "Dense", "units": 2.5}),
    "no-units": layered(FLAT, {"type": "Dense", "units": 0}),
    "minus-units": layered(FLAT, {"type": "Dense", "units": -2}),
    "googol-units": layered(FLAT, {"type": "Dense", "units": 10**100}),
    "huge-units": layered(FLAT, {"type": "Dense", "units": 10**18}, PAIR),
    "not-a-number": '{"input_shape": [1, 4, 4], "classes": [], "layers": [{"type": "Dropout", "rate": NaN}]}',
    "infinite-slope": layered({"type": "LeakyReLU", "slope": 1e308}, FLAT, PAIR),
    "layers-that-do-not-fit": layered(PAIR),
    "too-many-layers": layered(*[{"type": "ReLU"}] * 201, FLAT, PAIR),
    "too-large-a-filter": layered({"type": "Conv2D", "filters": 1, "kernel_size": 99}, FLAT, PAIR),
    "three-paddings": layered({**ONE_FILTER, "padding": [1, 1, 1]}, FLAT, PAIR),
    "two-sizes": layered(FLAT, PAIR, shape=(12, 12)),
    "no-pixels": layered(FLAT, PAIR, shape=(1, 0, 12)),
    "wrong-classes": layered(FLAT, PAIR, classes=("a", "b", "c")),
    "numbers-for-classes": layered(FLAT, PAIR, classes=(1, 2)),
    "another-table": json.dumps({"input_shape": [1, 4, 4], "classes": [], "layers": [FLAT], "more": 1}),
    "deep": "[" * 100_000 + "]" * 100_000,
    "deep-setting": layered({"type": "Flatten"}).replace('"Flatten"', "[" * 5000 + "]" * 5000),
    "half-a-character": '{"input_shape": "\\ud800"}',
    "without-numbers-but-without-end": layered({"type": "GlobalAvgPool2D"}, FLAT, shape=(2, 10**6, 10**6)),
    "without-end-inside": layered({**ONE_FILTER, "padding": 10**6}, {"type": "GlobalAvgPool2D"}, FLAT, PAIR),
}


@pytest.mark.parametrize("text", ABSURD.values(), ids=ABSURD.keys())
def test_an_absurd_description_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError):
        spec_from_json(text)
    assert "damaged" in refusal(written(spec=text), tmp_path)


@pytest.mark.parametrize("card", ["", "[]", "{", "12", "[" * 100_000, '{"a": NaN}'])
def test_a_card_that_is_no_table_is_refused(card: str, tmp_path: Path) -> None:
    assert "damaged" in refusal(written(card=card), tmp_path)


def test_a_file_that_cannot_be_opened_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(
        FormatError, match=r"“none.safetensors” cannot be opened: no such file or directory\."
    ):
        load_model(tmp_path / "none.safetensors")
    with pytest.raises(FormatError, match=f"“{tmp_path.name}” cannot be opened"):
        load_model(tmp_path)


def test_a_file_far_too_large_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.safetensors"
    with path.open("wb") as file:
        file.truncate((1 << 30) + 1)
    with pytest.raises(FormatError, match=r"“huge.safetensors” is too large: .* at most 1024 MB, got"):
        load_model(path)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give one folder to all examples of a property."""
    return tmp_path_factory.mktemp("mutations")


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """Draw a network file in which something happened: bits turned, a piece lost, doubled or replaced."""
    content = bytearray(WHOLE)
    for _ in range(draw(st.integers(1, 4))):
        # The header is small and full of meaning: half of all changes go there.
        top = draw(st.sampled_from([HEADER_END, len(content)]))
        at = draw(st.integers(0, max(0, min(top, len(content)) - 1)))
        length = draw(st.integers(1, 12))
        kind = draw(st.sampled_from(["turn", "lose", "double", "replace", "cut"]))
        if kind == "turn" and content:
            content[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "lose":
            del content[at : at + length]
        elif kind == "double":
            content[at:at] = content[at : at + length]
        elif kind == "replace":
            content[at : at + length] = draw(st.binary(max_size=12))
        else:
            del content[at:]
    return bytes(content)


@settings(max_examples=300)
@given(mutations())
def test_a_damaged_file_gives_a_network_that_fits_or_one_sentence(place: Path, content: bytes) -> None:
    path = place / "net.safetensors"
    path.write_bytes(content)
    refused = ""
    try:
        model = load_model(path)
    except FormatError as error:
        refused = str(error)
    if refused:
        assert "\n" not in refused
        assert len(refused) < 400
        return
    # A turned bit in a weight or a name can go unnoticed, but what is given fits together.
    assert model.parameters.layout == model.spec.layout
    assert np.isfinite(model.parameters.vector).all()


@given(specs())
def test_any_description_comes_back_from_json(spec: NetworkSpec) -> None:
    assert spec_from_json(spec_to_json(spec)) == spec


def test_a_description_keeps_every_setting() -> None:
    layer = Conv2D(4, (3, 1), (2, 1), (1, 0), (1, 2), 2, False, "glorot")
    spec = NetworkSpec(
        (2, 9, 9), (layer, GlobalAvgPool2D(), Flatten(), Dense(2, initial="zeros")), ("α", "ß")
    )
    assert spec_from_json(spec_to_json(spec)) == spec


class TestAtomicWriting:
    def test_a_file_is_replaced_whole(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        write_atomically(path, b"old")
        write_atomically(path, b"new")
        assert path.read_bytes() == b"new"
        assert [p.name for p in tmp_path.iterdir()] == ["file"]

    @pytest.mark.parametrize("step", ["fsync", "replace"])
    def test_a_failure_leaves_the_old_file_and_nothing_else(
        self, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise OSError(28, "No space left on device")

        path = tmp_path / "net.safetensors"
        Network(SMALL, 1).save(path)
        before = path.read_bytes()
        monkeypatch.setattr(os, step, fail)
        with pytest.raises(OSError, match="No space left"):
            Network(SMALL, 2).save(path)
        assert path.read_bytes() == before
        assert [p.name for p in tmp_path.iterdir()] == ["net.safetensors"]

    def test_a_folder_that_is_not_there_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            write_atomically(tmp_path / "none" / "file", b"")

    def test_a_new_file_has_the_usual_permissions(self, tmp_path: Path) -> None:
        usual = tmp_path / "usual"
        usual.touch()
        write_atomically(tmp_path / "file", b"x")
        assert (tmp_path / "file").stat().st_mode == usual.stat().st_mode

    def test_a_link_goes_on_pointing_to_the_file(self, tmp_path: Path) -> None:
        (tmp_path / "real").write_bytes(b"old")
        (tmp_path / "link").symlink_to(tmp_path / "real")
        write_atomically(tmp_path / "link", b"new")
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "real").read_bytes() == b"new"


def test_a_card_that_is_no_json_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    with pytest.raises(TypeError):
        save_model(path, SMALL, Network(SMALL).parameters, card={"x": object()})
    assert list(tmp_path.iterdir()) == []


def test_a_padding_that_would_fill_the_memory_is_refused() -> None:
    spec = NetworkSpec((1, 4, 4), (Conv2D(1, 3, stride=1 << 20, padding=1 << 20), Flatten(), Dense(2)))
    with pytest.raises(FormatError, match="at most 67,108,864 numbers for one picture in each layer"):
        spec_from_json(spec_to_json(spec))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
@pytest.mark.parametrize("name", ["net.safetensors", "net.onnx"])
def test_a_pipe_that_nobody_writes_to_is_refused_at_once(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(FormatError, match="it must be a file, got a pipe or a device"):
        Network.load(tmp_path / name)
