"""Frames: pure values, computed on a thread of their own."""

import threading

import numpy as np
import pytest

from engine import Conv2D, Dense, Flatten, MaxPool2D, Network, NetworkSpec, ReLU
from engine.datasets import DIGIT_CLASSES, NO_DIGIT
from engine.drawing import Backdrop, Drawing, Stroke
from gui.frames import FrameWorker, Subject, compute_frame

SPEC = NetworkSpec((1, 28, 28), (Conv2D(3, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(10)))
INK = Drawing((Stroke(((0.5, 0.2, 0.08), (0.5, 0.8, 0.08))),), name="my drawing")


def subject_of(seed, key="a", step=None):
    return Subject(key, key, step, SPEC, Network(SPEC, seed).parameters.frozen())


def frame_of(drawing, seed=1, likeness=None):
    return compute_frame(subject_of(seed), drawing, Network(SPEC, 99), likeness)


@pytest.fixture
def worker():
    worker = FrameWorker()
    yield worker
    worker.close()


def test_a_frame_holds_what_the_network_computes_of_the_drawing():
    frame = frame_of(INK)
    expected = Network(SPEC, 1).activations(frame.picture[None])
    assert set(frame.activations) == {"input", *SPEC.layer_names}
    for name, value in expected.items():
        np.testing.assert_array_equal(frame.activations[name], value[0])
    np.testing.assert_allclose(frame.probabilities.sum(), 1, rtol=1e-6)
    assert frame.verdict.label == frame.logits.argmax()
    first, second = np.sort(frame.logits)[::-1][:2]
    assert frame.verdict.margin == pytest.approx(first - second)


def test_the_same_subject_and_drawing_give_the_same_frame():
    one, other = frame_of(INK), frame_of(INK)
    np.testing.assert_array_equal(one.logits, other.logits)


def test_while_a_network_is_trained_the_drawing_is_prepared_once():
    first, second = (frame_of(INK, seed) for seed in (1, 2))
    assert first.preparation is second.preparation


def test_nobody_can_write_to_a_frame():
    frame = frame_of(INK)
    for array in (*frame.activations.values(), frame.parameters.vector):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_a_blank_canvas_is_silence():
    assert frame_of(Drawing()).verdict.kind == "blank"


def test_ink_that_resembles_no_digit_says_so():
    assert frame_of(INK, likeness=lambda picture: False).verdict.kind == "unlike"


@pytest.mark.parametrize("sure", [True, False])
def test_a_network_that_knows_no_digit_is_taken_at_its_word(sure):
    spec = NetworkSpec((1, 28, 28), (Flatten(), Dense(11)), (*DIGIT_CLASSES, NO_DIGIT))
    parameters = Network(spec, 0).parameters
    parameters["dense1.weight"][...] = 0
    parameters["dense1.bias"][...] = [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 6 if sure else 2]
    subject = Subject("a", "a", None, spec, parameters.frozen())
    verdict = compute_frame(subject, INK, Network(spec, 1), lambda picture: False).verdict
    assert (verdict.kind, verdict.label, verdict.margin) == ("unlike" if sure else "digit", 3, 2)
    assert compute_frame(subject, Drawing(), Network(spec, 1), None).verdict.kind == "blank"
    assert frame_of(INK, likeness=lambda picture: True).verdict.kind == "digit"


def test_a_digit_of_a_data_set_reaches_the_network_unchanged():
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    frame = frame_of(Drawing(backdrop=Backdrop(pixels, exact=True)))
    np.testing.assert_allclose(frame.picture[0], pixels / np.float32(255), atol=1e-7)


def collect_until(worker, wanted):
    found = {}
    while not wanted(found):
        found |= worker.collect()
        threading.Event().wait(0.001)
    return found


def test_the_worker_answers_each_slot(worker):
    worker.request("answer", subject_of(1, "a"), INK)
    worker.request("run", subject_of(2, "b"), INK)
    found = collect_until(worker, lambda f: len(f) == 2)
    assert (found["answer"].source, found["run"].source) == ("a", "b")
    assert worker.is_idle


def test_the_newest_request_of_a_slot_wins():
    release = threading.Event()

    def slow_load():
        release.wait(10)
        return lambda picture: True

    worker = FrameWorker(slow_load)
    try:
        for step in range(50):
            worker.request("answer", subject_of(1, step=step), INK)
        release.set()
        newest = collect_until(worker, lambda f: f and f["answer"].step == 49)
        assert newest["answer"].step == 49
    finally:
        worker.close()


def test_a_frame_that_fails_does_not_end_the_worker(worker, caplog):
    wrong = NetworkSpec((1, 20, 20), (Flatten(), Dense(10)))
    worker.request("answer", Subject("w", "w", None, wrong, Network(wrong).parameters.frozen()), INK)
    while not worker.is_idle:
        threading.Event().wait(0.001)
    worker.request("answer", subject_of(1), INK)
    assert collect_until(worker, lambda f: "answer" in f)["answer"].source == "a"
    assert "could not be computed" in caplog.text


def test_a_closed_worker_ignores_requests():
    worker = FrameWorker()
    worker.close()
    worker.request("answer", subject_of(1), INK)
    assert worker.is_idle
