"""Joins the Inside page to the window: frames of the network that answers, and when it may compute."""

from typing import Any

from PySide6.QtCore import QObject, QTimer

from engine.lab.from_network import convolution_of
from gui.bridge import Bridge
from gui.convolving import Convolving
from gui.frames import Frame
from gui.inspecting import Inspecting
from gui.instrument import Instrument
from gui.panels import Panels
from gui.selection import Selection
from gui.surgery import Compared, Surgery

INSIDE, SURGERY = "inside", "surgery"
WATCH_MS = 200


class LookingInside(QObject):
    """Brings frames to the Inside page while it is in front. GUI thread only."""

    def __init__(
        self,
        panels: Panels,
        instrument: Instrument,
        bridge: Bridge,
        inspecting: Inspecting,
        convolving: Convolving,
        surgery: Surgery,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._surgery = surgery
        self._page, self._skeleton = panels.inside, panels.skeleton
        self._bridge, self._inspecting, self._convolving = bridge, inspecting, convolving
        instrument.answer_changed.connect(self._on_answer)
        self._page.part_made.connect(self._on_part_made)
        # What the surgery measured last: the page may not have the part yet that shows it.
        self._compared: Compared | None = None
        surgery.changed.connect(self._show_operation)
        surgery.compared.connect(self._on_compared)
        bridge.run_opened.connect(lambda info: surgery.leave_run())
        surgery.set_seen(lambda: self._skeleton.page == INSIDE and self._page.part == SURGERY)
        # Looked at now and then: the last sign of a training comes before it has ended.
        self._watch = QTimer(self)
        self._watch.setInterval(WATCH_MS)
        self._watch.timeout.connect(self._look_after_training)

    @property
    def is_settled(self) -> bool:
        """Whether the page shows everything that it asked for, apart from what a training still brings."""
        return self._surgery.is_settled and (self._bridge.is_running or self._page.is_settled)

    def enter(self) -> None:
        """Show what is up to date, or compute nothing: another page has come to the front."""
        in_front = self._skeleton.page == INSIDE
        frame = self._inspecting.frame_of(INSIDE)
        if in_front and frame is not None:
            self._show(frame)
        if in_front:
            self._look_after_training()
            self._watch.start()
        else:
            self._watch.stop()
        self._page.enter(in_front)

    def switch_filter(self, selection: Selection) -> None:
        """Switch the filter that is selected, or whose channel is, off or on again."""
        frame, channel = self._inspecting.frame, selection.channel
        layer = convolution_of(frame.spec, selection.layer) if frame is not None and selection.layer else None
        if frame is None or layer is None or channel is None:
            self._surgery.refuse()
        elif self._surgery.leaves_alone(frame.subject):
            self._surgery.refuse(frame.subject)
        else:
            self._surgery.switch(layer, channel)

    def close(self) -> None:
        """End the page's threads."""
        self._surgery.close()
        self._watch.stop()
        self._page.close_workers()

    def _show(self, frame: Frame) -> None:
        # A step of a run is another network; what was done to it is asked for before the frame is shown.
        self._show_operation()
        self._page.show_frame(frame)

    def _on_part_made(self, name: str, part: Any) -> None:
        if name != SURGERY:
            return
        surgery = self._surgery
        part.edit_wanted.connect(lambda edit, words, goes_on: surgery.change(edit, words, goes_on=goes_on))
        part.switch_wanted.connect(surgery.switch)
        part.measure_wanted.connect(surgery.measure)
        part.show_operation(surgery.operated)
        if self._compared is not None:
            part.show_compared(self._compared)

    def _show_operation(self) -> None:
        if SURGERY in self._page.parts.made:
            self._page.parts.surgery.show_operation(self._surgery.operated)

    def _on_compared(self, compared: Compared) -> None:
        self._compared = compared
        if SURGERY in self._page.parts.made:
            self._page.parts.surgery.show_compared(compared)

    def _look_after_training(self) -> None:
        self._page.set_training(self._bridge.is_running)

    def _on_answer(self, frame: Frame) -> None:
        if self._skeleton.page == INSIDE:
            self._show(frame)
        self._inspecting.take(INSIDE, frame)
        self._convolving.take(INSIDE, frame)
