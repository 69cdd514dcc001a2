"""Frames: everything the window shows of one network on one picture, computed off the GUI thread."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.datasets import DIGIT_CLASSES, NO_DIGIT
from engine.drawing import Drawing, Preparation, as_received, prepare
from engine.functional import softmax
from engine.network import Network
from engine.parameters import Parameters
from engine.spec import NetworkSpec

logger = logging.getLogger(__name__)

Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A network at one moment: what a frame is computed from, beside the picture.

    `step` is None for a network that is not of a run. `reference` holds the parameters that changes are
    measured from, those before training. `key` tells subjects of different networks apart.
    """

    key: str
    source: str
    step: int | None
    spec: NetworkSpec
    parameters: Parameters
    reference: Parameters | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer in a word: nothing drawn, a digit, or ink that resembles no digit.

    `margin` is by how much the largest logit leads the second one.
    """

    kind: Literal["blank", "digit", "unlike"]
    label: int
    probability: float
    margin: float


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What one network makes of one picture. A value: nobody changes it, any thread may read it."""

    subject: Subject
    drawing: Drawing
    preparation: Preparation
    picture: Array
    activations: Mapping[str, Array]
    logits: Array
    probabilities: Array
    verdict: Verdict

    @property
    def source(self) -> str:
        """Name of the network."""
        return self.subject.source

    @property
    def step(self) -> int | None:
        """Step of the run, or None for a network that is not of a run."""
        return self.subject.step

    @property
    def spec(self) -> NetworkSpec:
        """Description of the network."""
        return self.subject.spec

    @property
    def parameters(self) -> Parameters:
        """Parameters of the network."""
        return self.subject.parameters

    @property
    def values(self) -> Mapping[str, Array]:
        """Every layer's output and the input as a batch of one picture, as `engine.inspect` takes them."""
        return {name: value[None] for name, value in self.activations.items()}

    @property
    def reference(self) -> Parameters | None:
        """Parameters before training, where they are known."""
        return self.subject.reference


# While a network is trained the drawing stays as it is: what shows it need not paint it anew.
_prepared = lru_cache(maxsize=8)(prepare)

Likeness = Callable[[NDArray[np.float32]], bool]


def compute_frame(
    subject: Subject, drawing: Drawing, network: Network, resembles_digit: Likeness | None
) -> Frame:
    """Compute a frame. `network` lends its buffers: its parameters are overwritten with the subject's."""
    preparation = _prepared(drawing)
    picture = as_received(drawing, preparation, subject.spec.input_shape[0])
    np.copyto(network.parameters.vector, subject.parameters.vector)
    found = network.activations(picture[None])
    activations = {"input": picture} | {name: value[0] for name, value in found.items()}
    for array in activations.values():
        array.flags.writeable = False
    logits = activations[subject.spec.layer_names[-1]]
    probabilities = softmax(logits)
    # Other classes, letters say, are not measured against digits.
    likeness = resembles_digit if subject.spec.classes == DIGIT_CLASSES else None
    verdict = _verdict(preparation, subject.spec.classes, logits, probabilities, likeness)
    return Frame(subject, drawing, preparation, picture, activations, logits, probabilities, verdict)


def probabilities_of(subject: Subject, drawing: Drawing) -> NDArray[np.float32]:
    """Give each class's probability for a drawing, apart from any frame."""
    network = Network.from_parameters(subject.spec, subject.parameters)
    picture = as_received(drawing, prepare(drawing), subject.spec.input_shape[0])
    return network.probabilities(picture[None])[0]


def _verdict(
    preparation: Preparation,
    classes: Sequence[str],
    logits: Array,
    probabilities: Array,
    resembles_digit: Likeness | None,
) -> Verdict:
    label, likely = int(logits.argmax()), True
    others = np.delete(logits, label)
    margin = float(logits[label] - others.max()) if len(others) else 0.0
    if classes[label] == NO_DIGIT and len(others):
        # The network's own class for it; the best guess is the best of the others.
        likely = False
        label = int(np.argsort(logits)[-2])
    probability = float(probabilities[label])
    if preparation.blank:
        return Verdict("blank", label, probability, margin)
    if likely and resembles_digit is not None:
        likely = resembles_digit(preparation.picture)
    return Verdict("digit" if likely else "unlike", label, probability, margin)


class FrameWorker:
    """Computes frames on a thread of its own; per slot, the newest request wins and so does the newest frame.

    `request` and `collect` are for the GUI thread and return at once.

    Parameters
    ----------
    load_likeness
        Called once, on the worker's thread, for the test whether ink resembles a digit.
    """

    def __init__(self, load_likeness: Callable[[], Likeness] | None = None) -> None:
        self._load_likeness = load_likeness
        self._condition = threading.Condition()
        self._wanted: dict[str, tuple[Subject, Drawing]] = {}
        self._made: dict[str, Frame] = {}
        self._busy = 0
        self._closed = False
        self._thread: threading.Thread | None = None

    def request(self, slot: str, subject: Subject, drawing: Drawing) -> None:
        """Ask for a frame in `slot`; one that still waits there is dropped."""
        with self._condition:
            if self._closed:
                return
            self._wanted[slot] = (subject, drawing)
            if self._thread is None:
                self._thread = threading.Thread(target=self._main, name="frames", daemon=True)
                self._thread.start()
            self._condition.notify()

    def collect(self) -> dict[str, Frame]:
        """Give the frames that were made since the last call, by slot."""
        with self._condition:
            made, self._made = self._made, {}
        return made

    @property
    def is_idle(self) -> bool:
        """Whether nothing is wanted, being made or waiting to be collected."""
        with self._condition:
            return not (self._wanted or self._made or self._busy)

    def waits_for(self, slot: str) -> bool:
        """Whether a frame of `slot` is wanted, being made or waiting to be collected."""
        with self._condition:
            return slot in self._wanted or slot in self._made or bool(self._busy)

    def close(self, timeout: float = 5.0) -> None:
        """End the thread after the frame that it is making."""
        with self._condition:
            self._closed = True
            self._wanted.clear()
            self._condition.notify()
        if self._thread is not None:
            self._thread.join(timeout)

    # From here on: the worker's thread.

    def _main(self) -> None:
        networks: dict[str, Network] = {}
        likeness = self._likeness()
        while (job := self._next()) is not None:
            slot, (subject, drawing) = job
            try:
                network = networks.get(slot)
                if network is None or network.spec != subject.spec:
                    network = networks[slot] = Network(subject.spec)
                self._deliver(slot, compute_frame(subject, drawing, network, likeness))
            except Exception:
                # One frame that cannot be made must not end the display; the next one may work.
                logger.exception("frame of %s could not be computed", subject.source)
                self._deliver(slot, None)

    def _likeness(self) -> Likeness | None:
        """The test whether ink resembles a digit; without it every ink is taken for one."""
        try:
            return self._load_likeness() if self._load_likeness is not None else None
        except Exception:
            logger.exception("the test whether ink resembles a digit could not be loaded")
            return None

    def _next(self) -> tuple[str, tuple[Subject, Drawing]] | None:
        with self._condition:
            while not self._wanted and not self._closed:
                self._condition.wait()
            if self._closed:
                return None
            slot = next(iter(self._wanted))
            self._busy += 1
            return slot, self._wanted.pop(slot)

    def _deliver(self, slot: str, frame: Frame | None) -> None:
        with self._condition:
            self._busy -= 1
            if frame is not None:
                self._made[slot] = frame
