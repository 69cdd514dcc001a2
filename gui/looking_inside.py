"""Joins the Inside page to the window: frames of the network that answers, and when it may compute."""

from PySide6.QtCore import QObject

from gui.bridge import Bridge
from gui.convolving import Convolving
from gui.frames import Frame
from gui.inspecting import Inspecting
from gui.instrument import Instrument
from gui.panels import Panels

INSIDE = "inside"


class LookingInside(QObject):
    """Brings frames to the Inside page while it is in front. GUI thread only."""

    def __init__(
        self,
        panels: Panels,
        instrument: Instrument,
        bridge: Bridge,
        inspecting: Inspecting,
        convolving: Convolving,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._page, self._skeleton = panels.inside, panels.skeleton
        self._inspecting, self._convolving = inspecting, convolving
        instrument.answer_changed.connect(self._on_answer)
        instrument.pulled.connect(lambda pulled: self._page.set_training(bridge.is_running))

    @property
    def is_settled(self) -> bool:
        """Whether the page shows everything that it asked for."""
        return self._page.is_settled

    def enter(self) -> None:
        """Show what is up to date, or compute nothing: another page has come to the front."""
        in_front = self._skeleton.page == INSIDE
        frame = self._inspecting.frame_of(INSIDE)
        if in_front and frame is not None:
            self._page.show_frame(frame)
        self._page.enter(in_front)

    def close(self) -> None:
        """End the page's threads."""
        self._page.close_workers()

    def _on_answer(self, frame: Frame) -> None:
        if self._skeleton.page == INSIDE:
            self._page.show_frame(frame)
        self._inspecting.take(INSIDE, frame)
        self._convolving.take(INSIDE, frame)
