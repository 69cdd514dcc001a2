"""One probe: its picture, its true class, the present answer, and its curve over the run."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.inspect.words import grouped
from engine.probe_history import NOT_READ, ProbeTrack
from engine.probes import Probe
from gui.theme import S1, S2, ThemeManager, caption_font
from gui.widgets.class_bars import percent
from gui.widgets.copy_keys import CopyKeys, widget_picture
from gui.widgets.probe_label import ProbeLabel
from gui.widgets.probe_painting import PICTURE_PX, RowPlaces, paint_row, places_of
from gui.widgets.sparkline import SparkPoints, spark_points


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """What the network that is shown answers: a class by name, how sure, and whether it is right.

    `right` is None where nobody said what the true class is.
    """

    name: str
    probability: float
    right: bool | None

    @property
    def words(self) -> str:
        """Tell it: "answers 7, 99.9 %, right"."""
        verdict = {True: ", right", False: ", wrong", None: ""}[self.right]
        return f"answers {self.name}, {percent(self.probability)}{verdict}"


class ProbeRow(QWidget):
    """Shows one probe. A click on its curve wants the step that was read there. GUI thread only.

    Left and Right go from reading to reading, Home to where it was first right; Delete removes the probe, and
    the menu key or the right button opens its menu.
    """

    step_wanted = Signal(int)
    """A step that was read is to be shown."""
    hovered = Signal(str)
    """What is under the pointer, or reached by keys; empty when it has left."""
    label_chosen = Signal(object)
    """Index of the true class among the classes that were shown, or None."""
    remove_wanted = Signal()
    moved = Signal(int)
    """By how many rows Up and Down want to go."""

    def __init__(self, themes: ThemeManager, probe: Probe, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes, self._probe = themes, probe
        self._track: ProbeTrack | None = None
        self._points: SparkPoints | None = None
        self._extent = 1
        self._answer: ProbeAnswer | None = None
        self._playhead: int | None = None
        self._problem = ""
        self._pointed: int | None = None
        self._spoken = ""
        self.setObjectName("probe_row")
        self.setFont(caption_font())
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.label = ProbeLabel(self)
        self.label.label_chosen.connect(self.label_chosen)
        self.label.remove_wanted.connect(self.remove_wanted)
        CopyKeys(self, lambda: widget_picture(self), self._numbers, menu="none")
        themes.changed.connect(self._on_theme_changed)
        self._describe()

    @property
    def probe(self) -> Probe:
        """The probe that is shown."""
        return self._probe

    @property
    def answer(self) -> ProbeAnswer | None:
        """The present answer; None while it is not known."""
        return self._answer

    @property
    def sentence(self) -> str:
        """When it was first right and forgotten, or why there is no curve."""
        if self._problem:
            return self._problem
        return NOT_READ if self._track is None else self._track.sentence

    def show_probe(self, probe: Probe, classes: Sequence[str]) -> None:
        """Show another state of the probe; `classes` are those that its menu offers."""
        self._probe = probe
        self.label.show_label(probe, classes)
        self._place_label()
        self._describe()
        self.update()

    def ask_class(self) -> None:
        """Open the menu of the true class."""
        self.label.open_menu(self.label.mapToGlobal(self.label.rect().bottomLeft()))

    def show_track(self, track: ProbeTrack | None, extent: int, problem: str = "") -> None:
        """Show the curve, up to step `extent`; or, with a `problem`, why there is none."""
        self._track, self._extent, self._problem = track, max(1, extent), problem
        self._points = None
        self._describe()
        self.update()

    def show_answer(self, answer: ProbeAnswer | None) -> None:
        """Show what the network answers now."""
        if answer != self._answer:
            self._answer = answer
            self._describe()
            self.update()

    def show_playhead(self, step: int | None) -> None:
        """Show which step of the run is shown; None without a run."""
        if step != self._playhead:
            self._playhead = step
            self.update()

    @property
    def places(self) -> RowPlaces:
        """Where the parts of the row are, in logical pixels."""
        return places_of(self.width(), self.fontMetrics().height())

    def readout(self, index: int) -> str:
        """Tell one reading of the curve: "my 7 at step 214: 7 62.0 %, wrong"."""
        track = self._track
        assert track is not None
        step, share = int(track.steps[index]), float(track.curve[index])
        words = f"{self._probe.name} at step {grouped(step)}: "
        if track.label is None:
            return f"{words}{percent(share)} for its answer"
        verdict = "right" if track.right[index] else "wrong"
        return f"{words}{percent(share)} for {self.label.truth}, {verdict}"

    def _index_at(self, x: float) -> int | None:
        if self._track is None or self._problem:
            return None
        curve = self.places.curve
        return self._track.index_near((x - curve.left()) / max(1.0, curve.width()) * self._extent)

    def _point_at(self, index: int | None) -> None:
        if index != self._pointed:
            self._pointed = index
            self.update()
        self.hovered.emit(self._description() if index is None else self.readout(index))

    def _description(self) -> str:
        truth = self.label.truth
        parts = [self._probe.name, f"is {truth}" if truth else "no class chosen"]
        if self._answer is not None:
            parts.append(self._answer.words)
        if truth or self._problem:
            parts.append(self.sentence)
        return ", ".join(parts)

    def _describe(self) -> None:
        words = self._description()
        if words == self._spoken:
            return
        self._spoken = words
        self.setAccessibleName(words)
        basis = "" if self._track is None or self._problem else f"\n{self._track.basis.capitalize()}."
        self.setToolTip(f"{words}.{basis}")

    def _numbers(self) -> str:
        if self._track is None:
            return ""
        rows = zip(self._track.steps.tolist(), self._track.curve.tolist(), self._track.right, strict=True)
        lines = (f"{step}\t{share:.6g}\t{int(right)}" for step, share, right in rows)
        return "\n".join(["step\tprobability\tright", *lines])

    def _place_label(self) -> None:
        line = self.places.line
        width = min(self.label.sizeHint().width(), round(line.width() / 2))
        left, top = round(line.right()) - width, round(line.top())
        self.label.setGeometry(left, top, width, round(line.height()))

    def _on_theme_changed(self) -> None:
        self.setFont(caption_font())
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for two lines and the curve between them."""
        places = places_of(196, self.fontMetrics().height())
        return QSize(196, int(np.ceil(places.sentence.bottom())))

    def minimumSizeHint(self) -> QSize:
        """Return the least width at which the curve says something."""
        return QSize(140, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the class at the right end of its line."""
        self._points = None
        self._place_label()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the reading under the pointer, or the whole probe."""
        place = event.position()
        self._point_at(self._index_at(place.x()) if self._is_on_curve(place) else None)

    def _is_on_curve(self, place: QPointF) -> bool:
        return self.places.curve.adjusted(-S1, -1, S1, 1).contains(place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Want the step that was read under the pointer."""
        index = self._index_at(event.position().x()) if self._is_on_curve(event.position()) else None
        if event.button() == Qt.MouseButton.LeftButton and index is not None and self._track is not None:
            self.step_wanted.emit(int(self._track.steps[index]))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the classes, and to remove the probe."""
        self.label.open_menu(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go along the readings, from row to row, or open the menu."""
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._go(-1 if key == Qt.Key.Key_Left else 1)
        elif key == Qt.Key.Key_Home:
            self._go_to_first_right()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(-1 if key == Qt.Key.Key_Up else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.label.open_menu(self.mapToGlobal(QPoint(PICTURE_PX + S2, self.height())))
        elif key == Qt.Key.Key_Delete:
            self.remove_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _go(self, by: int) -> None:
        track = self._track
        if track is None or not len(track.steps) or self._problem:
            return
        last = len(track.steps) - 1
        at = int(track.steps[last]) if self._playhead is None else self._playhead
        index = bisect_left(track.steps, at) - 1 if by < 0 else bisect_right(track.steps, at)
        index = min(max(index, 0), last)
        self.step_wanted.emit(int(track.steps[index]))
        self._point_at(index)

    def _go_to_first_right(self) -> None:
        if self._track is not None and self._track.right.any():
            self.step_wanted.emit(int(self._track.steps[self._track.right.argmax()]))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys go."""
        self.hovered.emit(self._description())
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that they go elsewhere."""
        self._leave()

    def leaveEvent(self, event: QEvent) -> None:
        """Let go of what was under the pointer."""
        self._leave()

    def _leave(self) -> None:
        self._pointed = None
        self.hovered.emit("")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the row."""
        places = self.places
        if self._points is None and self._track is not None and not self._problem:
            columns = max(1, int(places.curve.width()))
            self._points = spark_points(self._track, self._extent, columns)
        painter = QPainter(self)
        painter.setFont(self.font())
        answer = self._answer
        paint_row(
            painter,
            places.beside(QRectF(self.label.geometry())),
            self._themes.theme,
            picture=self._probe.picture,
            answer=None if answer is None else (answer.name, percent(answer.probability), answer.right),
            sentence=fitting(self.sentence, places.sentence.width(), QFontMetricsF(self.font())),
            points=self._points if not self._problem else None,
            playhead=None if self._playhead is None else self._playhead / self._extent,
            pointed=self._pointed_share(),
            ratio=self.devicePixelRatioF(),
            focused=self.hasFocus(),
        )
        painter.end()

    def _pointed_share(self) -> float | None:
        if self._pointed is None or self._track is None or self._pointed >= len(self._track.steps):
            return None
        return float(self._track.steps[self._pointed]) / self._extent


def fitting(sentence: str, width: float, metrics: QFontMetricsF) -> str:
    """Say the same with fewer words where there is no room for all."""
    shorter = sentence.replace("first right at step", "first right").replace("forgotten at", "forgotten")
    shortest = shorter.replace("first right", "first")
    for words in (sentence, shorter, shortest):
        if metrics.horizontalAdvance(words) <= width:
            return words
    return metrics.elidedText(shortest, Qt.TextElideMode.ElideRight, width)
