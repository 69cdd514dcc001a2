"""The monkey of the soak: does to a window whatever a hand can do, at random."""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import numpy as np
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QAction, QDrag, QDragEnterEvent, QDropEvent, QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QMenu,
    QWidget,
)

from engine.datasets import Split, embedded_digits
from engine.errors import DataError
from engine.network import Network
from engine.recipes import PRESETS
from gui.main_window import MainWindow

Note = Callable[[str], None]
W = TypeVar("W", bound=QWidget)

# They open a file dialog of the system, a file manager, or end the program.
LEFT_ALONE = ("open_network", "save_network", "open_picture", "save_drawing", "open_log", "quit")

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
BUTTONS = (LEFT, LEFT, LEFT, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton)

KEYS = (
    *("1", "2", "2", "2", "3", "Space", "Space", ".", ",", "Esc", "Esc", "Tab", "Shift+Tab", "Return"),
    *("Left", "Right", "Up", "Down", "Home", "End", "PgUp", "PgDown", "Del", "Backspace", "F1"),
    *("[", "]", "P", "E", "I", "D", "X", "7", "0", "Shift+.", ">"),
    *("V", "V", "Shift+V", "F", "R", "M", "T", "N", "S", "Z", "+", "-", "F2"),
    *("Ctrl+Z", "Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+Y", "Ctrl+C", "Ctrl+Shift+C", "Ctrl+V", "Ctrl+A"),
    *("Ctrl+D", "Ctrl+Backspace", "Alt+Left", "Alt+Right", "Ctrl+Shift+P"),
)

NUMBERS = ("0.002", "0.05", "10", "1e9", "-3", "", "abc", "0", "0.9", "1", "64", "1024", "99999", "0.00001")


class Monkey:
    """Acts on one window at a time. A dialog or menu that is open for a while is closed again."""

    def __init__(self, window: MainWindow, chance: random.Random, folder: Path) -> None:
        self._chance = chance
        self._files = _make_files(folder)
        _replace_fetch()
        self._replace_drag()
        self._actions: dict[Callable[[Note], None], int] = {
            self._press_button: 20,
            self._trigger_action: 12,
            self._draw: 16,
            self._click_somewhere: 16,
            self._hover_somewhere: 10,
            self._turn_wheel: 8,
            self._drag_somewhere: 10,
            self._press_key: 16,
            self._choose_in_box: 5,
            self._turn_knob: 6,
            self._resize: 3,
            self._hide_or_show: 1,
            self._drop: 3,
            self._keep_training: 6,
        }
        self._closer = QTimer()
        self._closer.setInterval(150)
        self._closer.timeout.connect(self._close_what_blocks)
        self._closer.start()
        self._dialogs: dict[QDialog, float] = {}
        self.take(window)

    def take(self, window: MainWindow) -> None:
        """Act on this window from now on."""
        self._window = window
        self._dialogs.clear()
        for name in LEFT_ALONE:
            self._action(name).setEnabled(False)

    def _replace_drag(self) -> None:
        """Let what is dragged fall at once: a real drag waits for the mouse of the window system."""

        def fall(drag: QDrag, *actions: object) -> Qt.DropAction:
            self._carry(drag.mimeData(), "what is dragged", lambda text: None)
            return Qt.DropAction.CopyAction

        QDrag.exec = fall  # type: ignore[method-assign, assignment]

    def act(self, note: Note) -> None:
        """Do one thing, and say which before it is done."""
        (action,) = self._chance.choices(list(self._actions), list(self._actions.values()))
        action(note)

    def _press_button(self, note: Note) -> None:
        buttons = [b for b in self._widgets(QAbstractButton) if b.isEnabled()]
        if buttons:
            button = self._chance.choice(buttons)
            note(f"press {_name(button)} “{button.text() or button.toolTip()}”")
            QTest.mouseClick(button, LEFT, PLAIN, button.rect().center())

    def _trigger_action(self, note: Note) -> None:
        actions = [action for action in self._window._actions if action.isEnabled()]
        action = self._chance.choice(actions)
        note(f"trigger {action.objectName()} “{action.text()}”")
        action.trigger()

    def _draw(self, note: Note) -> None:
        canvas = self._window.findChild(QWidget, "canvas")
        if canvas is None or not canvas.isVisible():
            return
        button = self._chance.choice((LEFT, LEFT, LEFT, Qt.MouseButton.RightButton))
        count = self._chance.choice((1, 3, 8, 20))
        points = [self._place_in(canvas, margin=20) for _ in range(count)]
        finished = self._chance.random() < 0.9
        note(f"draw {count} points with {button.name}{'' if finished else ', and do not let go'}")
        QTest.mousePress(canvas, button, PLAIN, points[0])
        for point in points[1:]:
            QTest.mouseMove(canvas, point)
            QApplication.processEvents()
        if finished:
            QTest.mouseRelease(canvas, button, PLAIN, points[-1])

    def _click_somewhere(self, note: Note) -> None:
        widget = self._any_widget()
        place, button = self._place_in(widget), self._chance.choice(BUTTONS)
        double = self._chance.random() < 0.2
        note(
            f"{'double-click' if double else 'click'} {_name(widget)} at {place.toTuple()} with {button.name}"
        )
        (QTest.mouseDClick if double else QTest.mouseClick)(widget, button, PLAIN, place)
        if double:
            # By itself it leaves the button held.
            QTest.mouseRelease(widget, button, PLAIN, place)

    def _hover_somewhere(self, note: Note) -> None:
        widget = self._any_widget()
        place = self._place_in(widget)
        note(f"move over {_name(widget)} at {place.toTuple()}")
        QTest.mouseMove(widget, place)

    def _turn_wheel(self, note: Note) -> None:
        widget = self._any_widget()
        place = QPointF(self._place_in(widget))
        notches = self._chance.choice((-360, -120, -15, 15, 120, 360))
        keys = self._chance.choice((PLAIN, PLAIN, Qt.KeyboardModifier.ControlModifier))
        note(f"wheel {notches} with {keys.name} on {_name(widget)} at {place.toTuple()}")
        event = QWheelEvent(
            place,
            QPointF(widget.mapToGlobal(place.toPoint())),
            QPoint(),
            QPoint(0, notches),
            Qt.MouseButton.NoButton,
            keys,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, event)

    def _press_key(self, note: Note) -> None:
        target = QApplication.focusWidget() or self._window
        if self._chance.random() < 0.1:
            target = self._any_widget()
            target.setFocus()
        text = self._chance.choice(KEYS)
        note(f"press {text} on {_name(target)}")
        QTest.keySequence(target, text)

    def _choose_in_box(self, note: Note) -> None:
        boxes = [box for box in self._widgets(QComboBox) if box.isEnabled() and box.count()]
        if boxes:
            box = self._chance.choice(boxes)
            index = self._chance.randrange(box.count())
            note(f"choose “{box.itemText(index)}” in {_name(box)}")
            box.setCurrentIndex(index)
            box.activated.emit(index)

    def _turn_knob(self, note: Note) -> None:
        knobs = self._widgets(QAbstractSpinBox)
        if knobs:
            knob, text = self._chance.choice(knobs), self._chance.choice(NUMBERS)
            note(f"type “{text}” into {_name(knob)}")
            knob.setFocus()
            knob.selectAll()
            QTest.keyClicks(knob, text)
            QTest.keyClick(knob, Qt.Key.Key_Return)

    def _resize(self, note: Note) -> None:
        width, height = self._chance.randint(900, 1900), self._chance.randint(640, 1060)
        note(f"resize to {width} × {height}")
        self._window.resize(width, height)

    def _hide_or_show(self, note: Note) -> None:
        way = self._chance.choice(("hide", "showMinimized", "showMaximized", "showNormal"))
        note(f"{way} for a moment")
        getattr(self._window, way)()
        QTest.qWait(200)
        self._window.showNormal()

    def _drag_somewhere(self, note: Note) -> None:
        widget = self._any_widget()
        button = self._chance.choice(BUTTONS)
        places = [self._place_in(widget, margin=10) for _ in range(self._chance.choice((2, 4, 12)))]
        note(f"drag over {_name(widget)} from {places[0].toTuple()} with {button.name}")
        QTest.mousePress(widget, button, PLAIN, places[0])
        for place in places[1:]:
            everywhere = QPointF(widget.mapToGlobal(place))
            kind, none = QEvent.Type.MouseMove, Qt.MouseButton.NoButton
            QApplication.sendEvent(widget, QMouseEvent(kind, QPointF(place), everywhere, none, button, PLAIN))
        QTest.mouseRelease(widget, button, PLAIN, places[-1])

    def _drop(self, note: Note) -> None:
        path = self._chance.choice(self._files)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        self._carry(data, path.name, note)

    def _carry(self, data: QMimeData, what: str, note: Note) -> None:
        """Let something fall on a widget, or on what is round it and takes it."""
        widget = self._any_widget()
        place, copy = self._place_in(widget), Qt.DropAction.CopyAction
        target: QWidget | None = widget
        while target is not None:
            enter = QDragEnterEvent(place, copy, data, LEFT, PLAIN)
            enter.ignore()
            if target.acceptDrops():
                target.dragEnterEvent(enter)
            if enter.isAccepted():
                note(f"drop {what} on {_name(target)}")
                target.dropEvent(QDropEvent(QPointF(place), copy, data, LEFT, PLAIN))
                return
            place, target = target.mapToParent(place), target.parentWidget()

    def _keep_training(self, note: Note) -> None:
        """See to it that it trains most of the time."""
        state = None if self._window.session is None else self._window.session.state.value
        if state == "failed" or self._chance.random() < 0.1:
            preset = self._chance.choice(PRESETS)
            note(f"choose preset {preset.name}")
            self._window.choose_preset(preset.key)
        note("train")
        self._window.start_training()

    def _widgets(self, kind: type[W]) -> list[W]:
        """Every widget of a kind that a hand can reach now."""
        front = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        roots = self._roots() if front is None else [front]
        found = [widget for root in roots for widget in root.findChildren(kind)]
        return [widget for widget in found if widget.isVisible() and widget.isEnabled()]

    def _roots(self) -> list[QWidget]:
        return [w for w in QApplication.topLevelWidgets() if w.isVisible() and not isinstance(w, QMenu)]

    def _any_widget(self) -> QWidget:
        return self._chance.choice([*self._widgets(QWidget), self._window])

    def _place_in(self, widget: QWidget, margin: int = 0) -> QPoint:
        width, height = max(widget.width(), 1), max(widget.height(), 1)
        return QPoint(
            self._chance.randint(-margin, width - 1 + margin),
            self._chance.randint(-margin, height - 1 + margin),
        )

    def _action(self, name: str) -> QAction:
        return self._window._actions[name]

    def _close_what_blocks(self) -> None:
        """Close menus and file dialogs at once, other dialogs after a while: the window comes first."""
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()
        now = time.monotonic()
        seen = {w: self._dialogs.get(w, now) for w in _dialogs()}
        self._dialogs = seen
        for dialog, since in seen.items():
            if isinstance(dialog, QFileDialog) or now - since > 3:
                dialog.reject()


def _dialogs() -> Iterator[QDialog]:
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog) and widget.isVisible():
            yield widget


def _name(widget: QWidget) -> str:
    """Say which widget it is: its name or the nearest one around it."""
    around: Any = widget
    while around is not None and not around.objectName():
        around = around.parentWidget()
    if around is widget:
        return widget.objectName()
    kind = type(widget).__name__
    return kind if around is None else f"{kind} in {around.objectName()}"


def _make_files(folder: Path) -> list[Path]:
    """Files to drop: a network, a damaged one, a picture, a text."""
    names = ("a.safetensors", "b.safetensors", "c.png", "d.txt")
    network, damaged, picture, text = paths = [folder / name for name in names]
    Network(PRESETS[0].spec, seed=3).save(network)
    damaged.write_bytes(network.read_bytes()[:-20])
    pixels = np.kron(255 - embedded_digits().test.pictures[0, 0], np.ones((6, 6), np.uint8))
    QImage(pixels.tobytes(), 168, 168, 168, QImage.Format.Format_Grayscale8).save(str(picture))
    text.write_text("nothing")
    return paths


def _replace_fetch() -> None:
    """Let MNIST be fetched without a net: after a while it is there, or it is not."""
    import engine.datasets.openml as openml

    def fetch(folder: Path, report: Any = None, cancel: Event | None = None) -> Split:
        for i in range(10):
            report(f"Downloading MNIST, {i}.0 of 10.0 MB", i / 10)
            if cancel is not None and cancel.wait(0.1):
                raise DataError("Fetching MNIST was cancelled.")
        if time.time() % 2 < 1:
            raise DataError("MNIST could not be downloaded because openml.org cannot be reached.")
        return embedded_digits()

    openml.fetch_mnist = fetch
