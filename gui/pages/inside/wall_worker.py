"""Fills the pattern wall on a thread of its own, a piece at a time, and never in the way of a training."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from engine.inspect.backward import Rule
from engine.inspect.patterns import ChannelPatterns, Search, patterns_of
from engine.inspect.synthesis import Ascent, Dream, dream
from engine.network import Network
from engine.spec import NetworkSpec
from gui.frames import Subject

logger = logging.getLogger(__name__)

Array: TypeAlias = NDArray[Any]

# How often the window looks for what is new, and the share of one core that the thread takes while a
# training has all of them: two workers on two cores then lose less than a tenth.
LOOK_MS = 100
SHARE = 0.03
# The share while somebody drags through the steps of a run, which must stay smooth; and how long after.
MOVING_SHARE, MOVING_SECONDS = 0.2, 0.15
# Channels whose pictures are made at a time.
AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Question:
    """What the wall shows: a layer of the network that is looked at, and a way back to the pixels."""

    layer: str
    rule: Rule


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """A channel's strongest patches, at a step of the run (None for a network that is not of a run)."""

    found: ChannelPatterns
    step: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Dreams:
    """Pictures that channels would like to see, after every step of the ascent.

    ``pictures`` is ``(steps + 1, channels, c, h, w)`` of 0 to 255, for `channels`; ``values`` is
    ``(steps + 1, channels)``.
    """

    layer: str
    channels: range
    pictures: NDArray[np.uint8]
    values: Array
    stuck: NDArray[np.bool_]
    step: int | None


@dataclass(frozen=True, slots=True)
class Working:
    """What the thread does at the moment, in words; empty when it is done."""

    text: str


News: TypeAlias = Patterns | Dreams | Working


class WallWorker(QObject):
    """Computes what a wall shows of a network; the newest question wins. GUI thread only.

    A newer step of the same run waits until the wall has been filled for the one that is being looked at, so
    that it comes to an end however fast the training is.

    Parameters
    ----------
    pictures
        Gives the pictures that are searched for a network, as in a `Dataset`, None where there are none;
        called on the thread.
    ascent
        How the pictures that channels would like are made.
    """

    told = Signal(object)
    """A list of `News`, in order."""

    def __init__(
        self,
        pictures: Callable[[NetworkSpec], Array | None],
        ascent: Ascent,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pictures, self._ascent = pictures, ascent
        self._condition = threading.Condition()
        self._subject: Subject | None = None
        self._question: Question | None = None
        self._done: tuple[Subject, Question] | None = None
        self._gentle = False
        # When the network that is looked at last came to another step.
        self._moved_at = -MOVING_SECONDS
        self._news: list[News] = []
        self._closed = False
        # The thread's own time when the present piece was begun.
        self._worked_until = 0.0
        self._thread: threading.Thread | None = None
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._on_look)

    @property
    def is_idle(self) -> bool:
        """Whether everything that was asked for has been told."""
        with self._condition:
            return not self._news and (self._question is None or self._is_answered())

    def ask(self, subject: Subject, question: Question, *, gentle: bool) -> None:
        """Fill the wall for this network.

        Parameters
        ----------
        gentle
            Take a small share of a core: a training needs them.
        """
        with self._condition:
            if self._closed:
                return
            before = self._subject
            if before is None or (before.key, self._question) != (subject.key, question):
                # What is on its way is of another wall.
                self._news.clear()
            elif before is not subject:
                self._moved_at = time.perf_counter()
            self._subject, self._question, self._gentle = subject, question, gentle
            if self._thread is None:
                self._thread = threading.Thread(target=self._main, name="patterns", daemon=True)
                self._thread.start()
            self._condition.notify()
        if not self._look.isActive():
            # Started anew by each frame, it would never get to look.
            self._look.start()

    def rest(self) -> None:
        """Stop after the piece that is being computed: nobody looks."""
        with self._condition:
            if self._news:
                # What was found and not told must be told when it is asked for again.
                self._done = None
            self._question = None
            self._news.clear()
        self._look.stop()

    def close(self, timeout: float = 5.0) -> None:
        """End the thread after the piece that it is computing."""
        self._look.stop()
        with self._condition:
            self._closed = True
            self._question = None
            self._condition.notify()
        if self._thread is not None:
            self._thread.join(timeout)

    def _on_look(self) -> None:
        with self._condition:
            news, self._news = self._news, []
            answered = self._question is None or self._is_answered()
        if answered:
            self._look.stop()
        if news:
            self.told.emit(news)

    def _share(self) -> float:
        """How much of a core the thread takes."""
        if self._gentle:
            return SHARE
        return MOVING_SHARE if time.perf_counter() < self._moved_at + MOVING_SECONDS else 1.0

    def _is_answered(self) -> bool:
        done = self._done
        return done is not None and done[0] is self._subject and done[1] == self._question

    # From here on: the worker's thread.

    def _main(self) -> None:
        known: Known | None = None
        while (job := self._next()) is not None:
            subject, question = job
            try:
                if known is None or known.subject is not subject:
                    known = Known(subject, self._pictures(subject.spec))
                pieces = fill(known, question, self._ascent)
                # Networks that have diverged are looked at like others; the terminal does not hear of it.
                with np.errstate(all="ignore"):
                    wanted = all(self._deliver(subject, question, news) for news in pieces)
                if not wanted:
                    continue
            except Exception:
                # One wall that cannot be filled must not end the display; the next one may work.
                logger.exception("the patterns of %s could not be found", subject.source)
                self._deliver(subject, question, Working("The patterns could not be found; the log says why"))
            with self._condition:
                self._done = subject, question

    def _next(self) -> tuple[Subject, Question] | None:
        with self._condition:
            while not self._closed and (self._question is None or self._is_answered()):
                self._condition.wait()
            if self._closed:
                return None
            assert self._subject is not None
            assert self._question is not None
            # From now on the wall changes: going back to what it showed is another question.
            self._done = None
            return self._subject, self._question

    def _deliver(self, subject: Subject, question: Question, news: News) -> bool:
        """Tell a piece of news, and sleep as long as it is gentle; False when it is wanted no more."""
        worked = time.thread_time() - self._worked_until

        def wanted() -> bool:
            same = self._subject is not None and self._subject.key == subject.key
            return same and self._question == question

        with self._condition:
            if wanted():
                self._news.append(news)
            until = time.perf_counter() + min(worked, 1.0) * (1 / self._share() - 1)
            # Until something else is wanted, or the training or the dragging has ended.
            while wanted() and self._share() < 1 and (left := until - time.perf_counter()) > 0:
                self._condition.wait(left if self._gentle else min(left, MOVING_SECONDS))
            self._worked_until = time.thread_time()
            return wanted()


class Known:
    """What has been found of one network at one step; it does not depend on the way back to the pixels.

    Parameters
    ----------
    subject
        The network.
    pictures
        What is searched, as in a `Dataset`; None for nothing.
    """

    def __init__(self, subject: Subject, pictures: Array | None) -> None:
        self.subject, self.pictures = subject, pictures
        self.network = Network.from_parameters(subject.spec, subject.parameters)
        self.search = None if pictures is None else Search(self.network, pictures)
        self.dreams: dict[tuple[str, int], Dreams] = {}
        """By layer and first channel."""


def fill(known: Known, question: Question, ascent: Ascent) -> Iterator[News]:
    """Compute everything that a wall shows of one layer, in pieces; what is known already comes at once."""
    spec, layer = known.subject.spec, question.layer
    channels = range(spec.shapes[layer][0])
    last = ""
    if known.search is None or known.pictures is None:
        last = f"There are no pictures of {' × '.join(map(str, spec.input_shape[1:]))} pixels to search"
    else:
        while not known.search.done:
            known.search.advance()
            share = f"{100 * known.search.share:.0f} %"
            yield Working(f"Looking at {len(known.pictures):,} pictures: {share}")
        strongest = known.search.result(layer)
        for found in patterns_of(known.network, known.pictures, layer, strongest, question.rule, channels):
            yield Patterns(found, known.subject.step)
    for start in channels[::AT_ONCE]:
        if (layer, start) not in known.dreams:
            yield from _make_dreams(known, layer, channels[start : start + AT_ONCE], ascent)
        yield known.dreams[layer, start]
    yield Working(last)


def _make_dreams(known: Known, layer: str, part: range, ascent: Ascent) -> Iterator[Working]:
    """Make the pictures of some channels, and keep them."""
    subject = known.subject
    steps: list[Dream] = []
    for step in dream(subject.spec, subject.parameters, layer, part, ascent):
        steps.append(step)
        if step.step < ascent.steps:
            yield Working(f"Making a picture for each channel: step {step.step} of {ascent.steps}")
    known.dreams[layer, part.start] = Dreams(
        layer,
        part,
        np.stack([(255 * step.pictures).round().astype(np.uint8) for step in steps]),
        np.stack([step.values for step in steps]),
        steps[-1].stuck,
        subject.step,
    )


def layer_behind(spec: NetworkSpec, layer: str | None) -> str:
    """Name the convolution whose wall belongs to a layer: itself, or the last one before it, or the first."""
    place = spec.layer_names.index(layer) if layer in spec.layer_names else -1
    reached = [name for name in spec.convolutions if spec.layer_names.index(name) <= place]
    return (reached[-1:] or list(spec.convolutions[:1]) or [""])[0]
