"""Drawings as text come back the same, and nothing else is accepted."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.drawing import Backdrop, Drawing, Stroke, drawing_from_json, drawing_to_json, prepare
from engine.errors import FormatError
from tests.engine.drawing_samples import drawn_digit

coordinates = st.floats(-2, 3)
strokes = st.builds(
    Stroke,
    st.lists(st.tuples(coordinates, coordinates, st.floats(0, 1)), min_size=1, max_size=5).map(tuple),
    st.booleans(),
)


@given(
    strokes=st.lists(strokes, max_size=4).map(tuple),
    label=st.none() | st.integers(0, 9),
    name=st.text(max_size=20),
)
def test_strokes_label_and_name_come_back_the_same(
    strokes: tuple[Stroke, ...], label: int | None, name: str
) -> None:
    drawing = Drawing(strokes, label=label, name=name)
    again = drawing_from_json(drawing_to_json(drawing))
    assert (again.strokes, again.label, again.name) == (strokes, label, name)
    assert again.backdrop is None


@pytest.mark.parametrize(("shape", "exact"), [((28, 28), True), ((120, 31), False)])
def test_a_backdrop_comes_back_the_same(shape: tuple[int, int], exact: bool) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    again = drawing_from_json(drawing_to_json(Drawing(backdrop=Backdrop(pixels, exact))))
    assert again.backdrop is not None
    assert again.backdrop.exact is exact
    np.testing.assert_array_equal(again.backdrop.pixels, pixels)


@given(strokes=st.lists(strokes, max_size=2).map(tuple), colour=st.tuples(*[st.floats(0, 1)] * 3))
def test_colours_come_back_the_same(strokes: tuple[Stroke, ...], colour: tuple[float, float, float]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    again = drawing_from_json(drawing_to_json(Drawing(strokes, Backdrop(pixels, True), colour=colour)))
    assert (again.strokes, again.colour) == (strokes, colour)
    assert again.backdrop is not None
    np.testing.assert_array_equal(again.backdrop.pixels, pixels)


def test_a_drawing_without_colours_can_be_read_by_older_programs() -> None:
    assert json.loads(document())["version"] == 1
    assert "colour" not in json.loads(document())


def test_a_read_drawing_prepares_to_the_same_picture() -> None:
    drawing = drawn_digit(5)
    again = drawing_from_json(drawing_to_json(drawing))
    np.testing.assert_array_equal(prepare(again).picture, prepare(drawing).picture)


def document(**changes: object) -> str:
    backdrop = Backdrop(np.zeros((28, 28), dtype=np.uint8), exact=True)
    content = json.loads(drawing_to_json(Drawing(drawn_digit(1).strokes, backdrop)))
    return json.dumps(content | changes)


def backdrop(**changes: object) -> dict[str, object]:
    found: dict[str, object] = json.loads(document())["backdrop"]
    return found | changes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        "{}",
        "[" * 100_000,
        document()[:-20],
        document(format="other"),
        document(version=0),
        document(version=True),
        document(extra=1),
        document(version=2),
        document(version=2, colour=[1, 0]),
        document(version=2, colour=[1, 0, 2], backdrop=None),
        document(version=2, colour=[1, 0, "1"], backdrop=None),
        document(version=2, colour=[1, 0, 1], backdrop=backdrop(channels=2)),
        document(version=2, colour=[1, 0, 1], backdrop=backdrop(channels=3)),
        document(name=7),
        document(label="3"),
        document(label=-1),
        document(label=True),
        document(strokes=None),
        document(strokes=[{"points": [[0, 0, 0.1]]}]),
        document(strokes=[{"erases": 1, "points": [[0, 0, 0.1]]}]),
        document(strokes=[{"erases": False, "points": []}]),
        document(strokes=[{"erases": False, "points": [[0, 0]]}]),
        document(strokes=[{"erases": False, "points": [[0, "0", 0.1]]}]),
        document(strokes=[{"erases": False, "points": [[0, 10**400, 0.1]]}]),
        document(strokes=[{"erases": False, "points": [[0, 0, -1]]}]),
        document(strokes=[{"erases": False, "points": [[0, float("nan"), 0.1]]}]),
        document(backdrop=7),
        document(backdrop=backdrop(height=29)),
        document(backdrop=backdrop(width=10**9)),
        document(backdrop=backdrop(height=27)),
        document(backdrop=backdrop(pixels="@@@")),
        document(backdrop=backdrop(pixels="AAAA")),
        document(backdrop=backdrop(pixels=backdrop()["pixels"][:-8])),  # type: ignore[index]
        document(backdrop=backdrop(exact="yes")),
    ],
)
def test_anything_else_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        drawing_from_json(text)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_a_newer_version_says_so() -> None:
    with pytest.raises(FormatError, match="version 3"):
        drawing_from_json(document(version=3))
