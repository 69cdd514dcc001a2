"""Which pictures a network can look at."""

import numpy as np

from engine import Conv2D, Dense, Flatten, NetworkSpec, ReLU
from engine.datasets import DIGIT_CLASSES, NO_DIGIT, Dataset
from engine.datasets.shapes import SHAPES
from gui.picture_sets import MOST, PictureSets

DIGITS = Dataset("digits", np.zeros((20, 1, 28, 28), np.uint8), np.arange(20) % 10)


def spec_of(shape, classes):
    return NetworkSpec(shape, (Conv2D(2, 3), ReLU(), Flatten(), Dense(len(classes))), classes)


def test_digits_are_for_networks_of_their_size():
    sets = PictureSets(lambda: DIGITS)
    for shape, classes in (((1, 28, 28), DIGIT_CLASSES), ((3, 28, 28), ("cat", "dog"))):
        assert sets.fitting(spec_of(shape, classes)) is DIGITS
    assert sets.fitting(spec_of((1, 12, 12), DIGIT_CLASSES)) is None
    assert sets.searched(spec_of((1, 12, 12), DIGIT_CLASSES)) is None
    assert sets.pickable(spec_of((1, 12, 12), DIGIT_CLASSES)) is DIGITS


def test_a_network_of_shapes_gets_shapes_made_once():
    sets = PictureSets(lambda: DIGITS)
    found = sets.fitting(spec_of((3, 28, 28), SHAPES))
    assert (found.classes, found.picture_shape, len(found)) == (SHAPES, (3, 28, 28), MOST)
    assert sets.pickable(spec_of((3, 28, 28), SHAPES)) is found


def test_a_run_looks_at_its_own_test_pictures_where_they_fit():
    sets = PictureSets(lambda: DIGITS)
    own = Dataset("own", np.ones((MOST + 50, 1, 28, 28), np.uint8), np.zeros(MOST + 50, int), DIGIT_CLASSES)
    sets.set_of_run(own)
    reader = spec_of((1, 28, 28), (*DIGIT_CLASSES, NO_DIGIT))
    assert sets.fitting(reader) is own
    assert len(sets.searched(reader)) == MOST
    assert sets.fitting(spec_of((1, 28, 28), ("a", "b"))) is DIGITS


def test_pictures_measure_only_what_tells_their_classes():
    sets = PictureSets(lambda: DIGITS)
    assert sets.measuring(spec_of((1, 28, 28), (*DIGIT_CLASSES, NO_DIGIT))) is DIGITS
    assert sets.measuring(spec_of((3, 28, 28), SHAPES)).classes == SHAPES
    assert sets.measuring(spec_of((1, 28, 28), ("a", "b"))) is None
    assert sets.measuring(spec_of((1, 12, 12), DIGIT_CLASSES)) is None
