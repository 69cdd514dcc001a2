"""What becomes of the answer to the present drawing under a patch: requests and finds, as values."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.functional import softmax
from engine.inspect.occlusion import Patch, cross, logits_under
from engine.inspect.saliency import Occlusion, occlude
from engine.network import Network
from gui.frames import Frame

Array: TypeAlias = NDArray[Any]

# A map of more places than this takes every second one, or fewer.
_MOST_PLACES = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A frame with a patch on its picture; `is_coarse` asks for a map of a quarter of the places."""

    frame: Frame
    patch: Patch
    is_coarse: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The answer without the patch and under it: logits and probabilities ``(classes,)``."""

    asked: Laid
    logits_before: Array
    logits: Array
    before: Array
    after: Array

    @property
    def label(self) -> int:
        """The class that the network answers without the patch."""
        return int(self.logits_before.argmax())

    def drop(self, label: int) -> float:
        """How much the logit of a class falls under the patch."""
        return float(self.logits_before[label] - self.logits[label])


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Probabilities along the patch's row ``(w, classes)`` and along its column ``(h, classes)``."""

    asked: Laid
    along_row: Array
    along_column: Array


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """The answers with the patch at every place, or at each `step`-th one of both directions."""

    asked: Laid
    occlusion: Occlusion
    step: int

    def drop(self, label: int) -> Array:
        """How much the logit of a class falls with the patch's middle at each place: ``(rows, columns)``."""
        return self.occlusion.drop(np.asarray(self.asked.frame.logits), label)


class Asker:
    """Asks a frame's network about covered pictures. For one thread: it keeps the network it used last."""

    def __init__(self) -> None:
        self._frame: Frame | None = None
        self._network: Network | None = None

    def answer(self, asked: Laid) -> Answer:
        """Ask with the patch where it lies."""
        frame = asked.frame
        logits = logits_under(self._network_of(frame), frame.picture, asked.patch)
        before = np.asarray(frame.logits)
        return Answer(asked, before, logits, np.asarray(frame.probabilities), softmax(logits))

    def curves(self, asked: Laid) -> Curves:
        """Ask with the patch at every place of its row and of its column."""
        found = cross(self._network_of(asked.frame), asked.frame.picture, asked.patch)
        return Curves(asked, softmax(found.along_row), softmax(found.along_column))

    def heat(self, asked: Laid) -> Heat:
        """Ask with the patch at places all over the picture."""
        frame, patch = asked.frame, asked.patch
        step = finest_step(frame.picture.shape[1], frame.picture.shape[2]) * (2 if asked.is_coarse else 1)
        network = self._network_of(frame)
        return Heat(asked, occlude(network, frame.picture, patch.side, step, patch.fill), step)

    def _network_of(self, frame: Frame) -> Network:
        known = self._frame
        if known is None or known.spec != frame.spec or self._network is None:
            self._network = Network.from_parameters(frame.spec, frame.parameters)
        elif known.parameters is not frame.parameters:
            np.copyto(self._network.parameters.vector, frame.parameters.vector)
        self._frame = frame
        return self._network


def finest_step(height: int, width: int) -> int:
    """Choose how many pixels lie between the places of a full map: 1 for a picture of 28 × 28."""
    step = 1
    while -(-height // step) * -(-width // step) > _MOST_PLACES:
        step += 1
    return step
