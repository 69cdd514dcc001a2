"""The tape: bounded, dense at first, and always with its first and its newest step."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.parameters import ParameterLayout, Parameters
from engine.tape import MOST_STEPS, TAPE_BYTES, Tape
from engine.thinning import Strip, Thinned

LAYOUT = ParameterLayout((("weight", (4,)),), 4)
STEP_BYTES = 16


def vector_of(step: int) -> np.ndarray:
    return np.full(4, step, np.float32)


def tape_of(room: int, first: int = 0) -> Tape:
    return Tape(first, Parameters(LAYOUT, vector_of(first)), room * STEP_BYTES)


def recorded(room: int, length: int, first: int = 0) -> Tape:
    tape = tape_of(room, first)
    for step in range(first + 1, first + length + 1):
        tape.record(step, vector_of(step))
    return tape


def check_gaps(tape: Tape, first: int, length: int) -> None:
    ages = [step - first for step in tape.steps]
    c = min(1.0, 2 * length.bit_length() / (tape.capacity - 1))
    assert all(b - a <= max(1, c * b) for a, b in itertools.pairwise(ages))


@given(room=st.integers(0, 300), length=st.integers(0, 5000), first=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_any_length_keeps_bounds_and_both_ends(room: int, length: int, first: int) -> None:
    tape = recorded(room, length, first)
    tape.record(first + length, vector_of(first + length), newest=True)
    steps = tape.steps
    assert steps[0] == first
    assert steps[-1] == first + length
    assert list(steps) == sorted(set(steps))
    assert len(steps) <= tape.capacity == max(2, room)
    assert tape.nbytes <= max(2, room) * STEP_BYTES
    check_gaps(tape, first, length)


@given(room=st.integers(2, 60), rests=st.lists(st.integers(1, 400), max_size=30))
@settings(max_examples=60, deadline=None)
def test_rests_anywhere_break_no_bound_and_are_kept_until_the_next_step(room: int, rests: list[int]) -> None:
    tape, step = tape_of(room), 0
    for length in rests:
        for _ in range(length):
            step += 1
            tape.record(step, vector_of(step))
        tape.record(step, vector_of(step), newest=True)
        assert tape.steps[-1] == step
        assert len(tape.steps) <= room
        check_gaps(tape, 0, step)


@given(room=st.integers(2, 100), length=st.integers(0, 2000), asked=st.integers(-10, 2500))
@settings(max_examples=60, deadline=None)
def test_a_step_is_answered_by_the_one_at_or_before_it(room: int, length: int, asked: int) -> None:
    tape = recorded(room, length)
    found = tape.at(asked)
    before = [step for step in tape.steps if step <= asked]
    assert found.step == (before[-1] if before else 0)
    np.testing.assert_array_equal(found.parameters["weight"], vector_of(found.step))


def test_every_step_is_kept_while_it_fits() -> None:
    assert recorded(100, 99).steps == tuple(range(100))


@pytest.mark.parametrize(
    ("room", "steps"),
    [
        (2, (0, 32)),
        (6, (0, 2, 4, 8, 16, 32)),
        (10, (0, 1, 2, 4, 6, 8, 12, 16, 24, 32)),
        (50, tuple(range(41))),
    ],
)
def test_gaps_grow_with_the_age(room: int, steps: tuple[int, ...]) -> None:
    assert recorded(room, 40).steps == steps


def test_what_is_recorded_is_a_private_copy_that_nobody_can_write_to() -> None:
    tape, vector = tape_of(8), vector_of(1)
    tape.record(1, vector)
    vector[:] = 9
    np.testing.assert_array_equal(tape.at(1).parameters["weight"], vector_of(1))
    with pytest.raises(ValueError, match="read-only"):
        tape.at(1).parameters["weight"][0] = 2


def test_late_in_a_run_hardly_a_step_is_copied() -> None:
    tape = recorded(64, 10_000)
    changes = tape.changes
    # The octave that begins at 16,384 is among them.
    for step in range(10_001, 20_001):
        tape.record(step, vector_of(step))
    assert tape.changes - changes < 20


@given(room=st.integers(0, 40), length=st.integers(1, 5000))
@settings(max_examples=60, deadline=None)
def test_without_a_rest_too_the_newest_is_of_the_later_half(room: int, length: int) -> None:
    assert 2 * recorded(room, length).steps[-1] > length


def test_a_rest_between_two_steps_takes_no_room_after_the_next_one() -> None:
    for room in range(12, 60):
        tape = recorded(room, 1000)
        tape.record(1001, vector_of(1001), newest=True)
        assert tape.steps[-1] == 1001
        changes, step = tape.changes, 1001
        while tape.changes == changes:
            step += 1
            tape.record(step, vector_of(step))
        assert 1001 not in tape.steps


def test_after_a_rest_a_tape_for_two_goes_on_by_itself() -> None:
    tape = recorded(2, 40)
    tape.record(41, vector_of(41), newest=True)
    for step in range(42, 5000):
        tape.record(step, vector_of(step))
    assert tape.steps == (0, 4096)


def test_a_network_of_which_not_even_two_fit_keeps_first_and_newest() -> None:
    tape = tape_of(0)
    for step in (1, 2, 3, 1000):
        tape.record(step, vector_of(step), newest=True)
        assert tape.steps == (0, step)


def test_a_small_network_is_not_kept_more_often_than_a_screen_can_show() -> None:
    tape = Tape(0, Parameters(LAYOUT, vector_of(0)))
    assert tape.capacity == MOST_STEPS
    assert tape.capacity * STEP_BYTES < TAPE_BYTES


def test_what_was_recorded_elsewhere_is_answered_as_it_is() -> None:
    tape = tape_of(4)
    steps = (0, 5, 6)
    tape.adopt(Strip(steps, tuple(vector_of(step) for step in steps), (0, 0, 0)))
    assert tape.steps == (0, 5, 6)
    assert tape.at(5).parameters["weight"][0] == 5
    tape.record(6, vector_of(7), newest=True)
    assert tape.at(6).parameters["weight"][0] == 6


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 30), st.integers(1, 300), st.integers(0, 300), st.integers(0, 40))
def test_a_pinned_step_is_never_lost(room: int, pinned: int, more: int, shrunk: int) -> None:
    kept = Thinned(Strip((0,), (0,), ()), room)
    kept.keep(pinned, lambda: pinned, newest=True)
    kept.pin(pinned)
    for step in range(pinned + 1, pinned + more + 1):
        kept.keep(step, lambda step=step: step, newest=step % 7 == 0)  # type: ignore[misc]
        assert {0, pinned} <= set(kept.steps)
        assert len(kept.steps) <= room + 1
    last = kept.steps[-1]
    kept.shrink(shrunk)
    assert {0, pinned, last} <= set(kept.steps)
    assert len(kept.steps) <= max(2, shrunk) + 1


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 60), st.integers(0, 600), st.integers(0, 4))
def test_spaced_items_keep_the_bound_and_the_first(room: int, length: int, spacing: int) -> None:
    kept = Thinned(Strip((0,), (0,), ()), room, spacing=spacing)
    for step in range(1, length + 1):
        kept.keep(step, lambda step=step: step)  # type: ignore[misc]
        assert len(kept.steps) <= room
    assert kept.steps[0] == 0
    assert kept.strip().items == kept.steps
    gap = 1 << spacing
    if len(kept.steps) < room and length < 8 * room:
        # Nothing was lost: short octaves in full, longer ones at their spacing.
        ages = range(1, length + 1)
        wanted = {0, *(age for age in ages if age % min(gap, 1 << (age.bit_length() - 1)) == 0)}
        assert set(kept.steps) == wanted or len(wanted) >= room


@settings(max_examples=80, deadline=None)
@given(
    st.integers(2, 40),
    st.integers(0, 9),
    st.integers(1, 700),
    st.integers(0, 5),
    st.sets(st.integers(1, 700)),
)
def test_steps_that_are_passed_over_quickly_are_those_that_are_not_due(
    room: int, first: int, length: int, spacing: int, rests: set[int]
) -> None:
    quick, slow = (Thinned(Strip((first,), (0,), ()), room, spacing=spacing) for _ in range(2))
    for age in range(1, length + 1):
        slow._next_due = 0
        for kept in (quick, slow):
            kept.keep(first + age, lambda age=age: age, newest=age in rests)  # type: ignore[misc]
        assert quick.steps == slow.steps


def test_a_step_whose_item_cannot_be_made_is_not_there() -> None:
    kept = Thinned(Strip((0,), ("a",), ()), 8)

    def too_large() -> str:
        raise MemoryError

    with pytest.raises(MemoryError):
        kept.keep(1, too_large)
    kept.keep(2, lambda: "c")
    assert kept.strip().items == ("a", "c")
    assert kept.steps == (0, 2)


def test_more_octaves_than_any_run_has_are_refused() -> None:
    with pytest.raises(ValueError, match="gaps"):
        Strip(tuple(range(40)), tuple(range(40)), (0,) * 65)
