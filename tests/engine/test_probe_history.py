"""When a probe was first right and forgotten, and how readings of many steps come together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.probe_history import ProbeHistory, ProbeTrack, first_right, forgotten_at, right_since
from engine.probes import Reading

CLASSES = 3
answers_of = st.lists(st.booleans(), max_size=40)


def track_of(rights, label=1) -> ProbeTrack:
    """A probe that was right or wrong at steps 0, 10, 20 and so on."""
    probabilities = np.full((len(rights), CLASSES), 0.1, np.float32)
    probabilities[range(len(rights)), [1 if right else 2 for right in rights]] = 0.8
    return ProbeTrack(np.arange(len(rights), dtype=np.int64) * 10, probabilities, label)


@given(rights=answers_of)
def test_first_right_forgotten_and_right_since_against_a_naive_walk(rights) -> None:
    first = forgotten = since = None
    was_right = False
    for index, right in enumerate(rights):
        step = 10 * index
        if right:
            first = step if first is None else first
            since = since if was_right else step
            forgotten = None
        elif was_right:
            forgotten, since = step, None
        was_right = right
    track = track_of(rights)
    assert first_right(track.steps, track.right) == first
    assert forgotten_at(track.steps, track.right) == forgotten
    assert right_since(track.steps, track.right) == since
    # It is never said to be both, and every probe that was right once is one of the two.
    assert (forgotten is None) or (since is None)
    assert (first is None) == (forgotten is None and since is None)


@pytest.mark.parametrize(
    ("rights", "label", "sentence"),
    [
        ([], 1, "not read yet"),
        ([False, False], 1, "not right yet"),
        ([False, True, True], 1, "right since step 10"),
        ([True, False, True], 1, "first right at step 0, right since 20"),
        ([False, True, False, False], 1, "first right at step 10, forgotten at 20"),
        ([True, False, True, False], 1, "first right at step 0, forgotten at 30"),
        ([True], None, "no class chosen"),
    ],
)
def test_the_sentence_says_no_more_than_was_read(rights, label, sentence) -> None:
    assert track_of(rights, label).sentence == sentence


def test_large_steps_are_written_in_groups() -> None:
    track = track_of([False] * 121 + [True, False])
    assert track.sentence == "first right at step 1\u202f210, forgotten at 1\u202f220"
    assert track.basis == "read at 123 steps from 0 to 1\u202f220"
    assert (track_of([]).basis, track_of([True]).basis) == ("not read yet", "read at step 0")


def test_the_curve_is_the_true_class_and_without_one_the_answer() -> None:
    np.testing.assert_allclose(track_of([True, False]).curve, [0.8, 0.1], atol=1e-6)
    np.testing.assert_allclose(track_of([True, False], None).curve, [0.8, 0.8], atol=1e-6)
    assert not track_of([True, True], None).right.any()
    assert track_of([], None).curve.shape == (0,)


def test_readings_are_found_at_or_before_a_step_and_near_it() -> None:
    track = track_of([True, True, False])
    assert [track.index_at(step) for step in (-1, 0, 9, 10, 999)] == [None, 0, 0, 1, 2]
    assert [track.index_near(step) for step in (-5, 4, 6, 99)] == [0, 0, 1, 2]
    assert track_of([]).index_near(3) is None


def reading(step: int, *rows) -> Reading:
    return Reading(step, np.array(rows, np.float32))


@given(
    batches=st.lists(
        st.tuples(st.sampled_from(["a", "b", "ab"]), st.lists(st.integers(0, 30), max_size=8, unique=True)),
        max_size=6,
    )
)
def test_merged_readings_are_those_of_a_dictionary(batches) -> None:
    history, wanted = ProbeHistory.empty(("a", "b"), 1), {}
    for number, (keys, steps) in enumerate(batches):
        rows = [[number + 0.5] for _ in keys]
        history = history.with_readings(tuple(keys), [reading(step, *rows) for step in steps])
        wanted |= {(key, step): number + 0.5 for key in keys for step in steps}
    for key in "ab":
        track = history.track(key, 0)
        found = dict(zip(track.steps.tolist(), track.probabilities[:, 0].tolist(), strict=True))
        assert found == {step: value for (of, step), value in wanted.items() if of == key}
        assert list(found) == sorted(found)


def test_other_probes_keep_what_was_read_of_them() -> None:
    history = ProbeHistory.empty(("a", "b"), 1).with_readings(("a", "b"), [reading(5, [0.1], [0.2])])
    changed = history.with_keys(("b", "c"))
    assert changed.track("b", 0).steps.tolist() == [5]
    assert changed.track("c", 0).steps.tolist() == []
    assert changed.complete_steps(("b",)) == [5]
    assert changed.complete_steps(("b", "c")) == []
    assert len(history.with_keys(("c",)).steps) == 0
    assert history.with_keys(("a", "b")) is history
    with pytest.raises(KeyError):
        changed.track("a", 0)


def test_a_network_that_has_diverged_leaves_no_answer() -> None:
    history = ProbeHistory.empty(("a",), 2).with_readings(("a",), [reading(1, [0.4, 0.6])])
    history = history.with_readings(("a",), [reading(2, [np.nan, np.nan])])
    assert history.track("a", 1).sentence == "right since step 1"


def test_nobody_can_write_into_a_history() -> None:
    history = ProbeHistory.empty(("a",), 1).with_readings(("a",), [reading(1, [0.4])])
    with pytest.raises(ValueError, match="read-only"):
        history.probabilities[0] = 1
