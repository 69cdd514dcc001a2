"""Probes as text come back the same; anything else is one sentence."""

import contextlib
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.drawing import drawing_to_json, prepare
from engine.errors import FormatError
from engine.formats.probes_json import probes_from_json, probes_to_json
from engine.probes import MOST_PROBES, Probe
from tests.engine.drawing_samples import drawn_digit

shapes = st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(1, 6))
pictures = shapes.flatmap(lambda shape: arrays(np.uint8, shape)) | shapes.flatmap(
    lambda shape: arrays(np.float32, shape, elements=st.floats(0, 1, width=32))
)


@given(
    pictures=st.lists(pictures, max_size=3),
    label=st.none() | st.integers(0, 1),
    name=st.text(max_size=10),
)
@settings(deadline=None)
def test_probes_come_back_the_same(pictures, label, name) -> None:
    probes = tuple(
        Probe(f"k{number}", label, picture, name, classes=("a", "b"))
        for number, picture in enumerate(pictures)
    )
    again = probes_from_json(probes_to_json(probes))
    assert len(again) == len(probes)
    for probe, twin in zip(probes, again, strict=True):
        assert (twin.key, twin.label, twin.name, twin.classes) == (probe.key, label, name, ("a", "b"))
        assert twin.picture.dtype == probe.picture.dtype
        np.testing.assert_array_equal(twin.picture, probe.picture)
        assert twin.drawing is None


def test_a_drawing_comes_with_its_strokes() -> None:
    drawing = drawn_digit(4)
    probe = Probe("a", 4, prepare(drawing).picture[None], "my 4", drawing)
    (again,) = probes_from_json(probes_to_json((probe,)))
    assert again.drawing is not None
    assert drawing_to_json(again.drawing) == drawing_to_json(drawing)


def document() -> dict:
    probe = Probe("a", 1, np.zeros((1, 2, 2), np.float32), "my 1", drawn_digit(1))
    return json.loads(probes_to_json((probe,)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"key": ""}, "key"),
        ({"key": 3}, "damaged"),
        ({"more": 3}, "damaged"),
        ({"label": 10}, "from 0 to 9"),
        ({"label": -1}, "from 0 to 9"),
        ({"shape": [1, 2, 3]}, "just 6 numbers"),
        ({"shape": [0, 2, 2]}, "1 to"),
        ({"shape": [1, 2]}, "damaged"),
        ({"shape": [1 << 30, 1 << 30, 1 << 30]}, "1 to"),
        ({"type": "float64"}, "uint8 or float32"),
        ({"type": "uint8"}, "just 4 numbers"),
        ({"picture": "!"}, "damaged"),
        ({"picture": "AAAA"}, "damaged"),
        ({"drawing": "{}"}, "Filterscope drawing"),
        ({"name": "x" * 2000}, "short"),
    ],
)
def test_a_damaged_probe_is_named_in_one_sentence(change, words) -> None:
    damaged = document()
    damaged["probes"][0] |= change
    with pytest.raises(FormatError, match=words) as caught:
        probes_from_json(json.dumps(damaged))
    sentence = str(caught.value)
    assert len(sentence) < 400
    assert "\n" not in sentence


def test_numbers_beyond_ink_are_refused() -> None:
    probe = Probe("a", None, np.full((1, 2, 2), np.nan, np.float32))
    with pytest.raises(FormatError, match="from 0 to 1"):
        probes_from_json(probes_to_json((probe,)))


@pytest.mark.parametrize(
    "text", ["", "hello", "[]", "{}", '{"format": "other", "version": 1}', "[" * 100_000]
)
def test_anything_else_is_told_apart(text) -> None:
    with pytest.raises(FormatError, match="must be Filterscope probes"):
        probes_from_json(text)


def test_a_newer_version_is_named() -> None:
    with pytest.raises(FormatError, match="version 7"):
        probes_from_json(json.dumps(document() | {"version": 7}))


def test_there_are_never_too_many_and_never_two_of_one_key() -> None:
    entry = document()["probes"][0]
    many = [entry | {"key": str(number)} for number in range(MOST_PROBES + 1)]
    with pytest.raises(FormatError, match="at most 12 probes, got 13"):
        probes_from_json(json.dumps(document() | {"probes": many}))
    with pytest.raises(FormatError, match="key of its own"):
        probes_from_json(json.dumps(document() | {"probes": [entry, entry]}))


@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_a_text_with_any_character_changed_is_read_or_refused(data) -> None:
    text = json.dumps(document())
    place = data.draw(st.integers(0, len(text) - 1))
    changed = text[:place] + data.draw(st.characters()) + text[place + 1 :]
    # Whatever it is: one of the two, and nothing else.
    with contextlib.suppress(FormatError):
        assert len(probes_from_json(changed)) == 1
