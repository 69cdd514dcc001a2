"""The selection and the way back through it."""

import pytest

from gui.selection import HISTORY_LIMIT, Selection, SelectionModel


@pytest.fixture
def model() -> SelectionModel:
    """Make a model that looks at nothing yet."""
    return SelectionModel(Selection(run="Run 1", step=0, picture="my drawing"))


def select(model: SelectionModel, layer: str, channel: int) -> None:
    model.update(layer=layer, kind="filter", channel=channel)


def test_a_change_is_told_once_and_an_equal_value_is_not(model: SelectionModel) -> None:
    told: list[object] = []
    model.changed.connect(told.append)
    select(model, "conv1", 2)
    select(model, "conv1", 2)
    assert told == [model.value]


def test_a_new_layer_clears_the_channel_and_the_pixel_of_the_old_one(model: SelectionModel) -> None:
    select(model, "conv1", 2)
    model.update(pixel=(1, 2))
    model.update(layer="conv2")
    assert model.value.layer == "conv2"
    assert (model.value.kind, model.value.channel, model.value.pixel) == (None, None, None)


def test_a_new_channel_clears_the_pixel(model: SelectionModel) -> None:
    select(model, "conv1", 2)
    model.update(pixel=(1, 2))
    model.update(channel=3)
    assert model.value.pixel is None


def test_a_step_keeps_the_place(model: SelectionModel) -> None:
    select(model, "conv1", 2)
    model.update(step=7, pixel=(1, 1))
    model.update(step=8)
    assert (model.value.channel, model.value.pixel, model.value.step) == (2, (1, 1), 8)


def test_up_goes_from_pixel_to_channel_to_layer_to_nothing(model: SelectionModel) -> None:
    select(model, "conv1", 2)
    model.update(pixel=(0, 1))
    seen = []
    for _ in range(4):
        model.up()
        seen.append((model.value.layer, model.value.channel, model.value.pixel))
    nothing = (None, None, None)
    assert seen == [("conv1", 2, None), ("conv1", None, None), nothing, nothing]


def test_back_and_forward_visit_places_in_order(model: SelectionModel) -> None:
    select(model, "conv1", 2)
    select(model, "conv2", 5)
    assert model.can_back
    assert not model.can_forward
    model.back()
    assert (model.value.layer, model.value.channel) == ("conv1", 2)
    model.back()
    assert model.value.layer is None
    assert not model.can_back
    model.back()
    model.forward()
    model.forward()
    assert (model.value.layer, model.value.channel) == ("conv2", 5)


def test_moving_along_the_channels_is_one_entry(model: SelectionModel) -> None:
    select(model, "conv1", 0)
    for channel in range(1, 8):
        select(model, "conv1", channel)
    model.back()
    assert model.value.channel == 0
    model.forward()
    assert model.value.channel == 7


def test_a_new_place_after_going_back_forgets_what_was_ahead(model: SelectionModel) -> None:
    select(model, "conv1", 0)
    select(model, "conv2", 0)
    model.back()
    select(model, "conv3", 0)
    assert not model.can_forward
    model.back()
    assert model.value.layer == "conv1"


def test_going_back_does_not_rewind_the_run(model: SelectionModel) -> None:
    select(model, "conv1", 0)
    select(model, "conv2", 0)
    model.update(step=500, picture="digit 4711")
    model.back()
    assert (model.value.step, model.value.picture) == (500, "digit 4711")


def test_the_history_stays_short(model: SelectionModel) -> None:
    for index in range(2 * HISTORY_LIMIT):
        model.update(layer=f"conv{index}")
    steps = 0
    while model.can_back:
        model.back()
        steps += 1
    assert steps == HISTORY_LIMIT - 1
