"""The Tape bar: start, pause and step a training run, and see all of it at a glance."""

from dataclasses import dataclass

from numpy.typing import ArrayLike
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.inspect.words import duration, grouped, percent, rate
from gui.theme import S1, S2, S3, S4, ThemeManager, tabular
from gui.widgets.elided_label import ElidedLabel
from gui.widgets.loss_ribbon import LossRibbon
from gui.widgets.tool_button import ToolButton

BAR_HEIGHT = 60
INVITATION = "Press Play to train this network from random values"
NOTHING_TO_TRAIN = "There is nothing to train yet."
# The longest lines there are; their widths are kept free so that nothing moves.
FIRST_SAMPLE = "step 999 999 · epoch 99.9"
SECOND_SAMPLE = "99.9k images/s · 99.9\u202f% · 59:59 left"

STATES = ("none", "ready", "running", "paused", "finished", "stopped", "failed")
ENDED = ("finished", "stopped", "failed")
_PLAY_TIPS = {
    "running": "Pause training",
    "paused": "Go on training",
    "finished": "Train as many epochs again",
    "stopped": "Train again from the same start values",
    "failed": "Train again from the same start values",
}
_STATE_WORDS = {
    "paused": "paused",
    "finished": "finished",
    "stopped": "stopped",
    "failed": "failed",
}


@dataclass(frozen=True, slots=True)
class _Rule:
    """When a button is of no use, and the sentence that says why."""

    states: tuple[str, ...]
    reason: str


_RULES = {
    "step_button": (
        _Rule(("running",), "Pause first to go batch by batch."),
        _Rule(ENDED, "This run has ended: restart it, or take a new seed."),
    ),
    "epoch_button": (
        _Rule(("running",), "Pause first to go epoch by epoch."),
        _Rule(ENDED, "This run has ended: restart it, or take a new seed."),
    ),
    "stop_button": (
        _Rule(("none", "ready"), "No run has been started."),
        _Rule(ENDED, "This run has ended already."),
    ),
    "restart_button": (_Rule(("none", "ready"), "No run has been started."),),
}


class TapeBar(QWidget):
    """Transport buttons, the loss ribbon and where the run is. GUI thread only.

    It holds no run: it is told what to show and says what the person asks for.
    """

    play_toggled = Signal()
    """Play or pause was pressed; after the end of a run it means: once more from the start."""
    step_requested = Signal()
    epoch_requested = Signal()
    stop_requested = Signal()
    restart_requested = Signal()
    """Begin again from the same seed."""
    new_seed_requested = Signal()
    hovered = Signal(str)
    """The readout under the pointer, "" when it leaves."""

    def __init__(self, theme: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tape_bar")
        self.setFixedHeight(BAR_HEIGHT)
        self._state = "none"
        self._buttons: dict[str, ToolButton] = {}
        buttons = QHBoxLayout()
        buttons.setSpacing(S1)
        for name, icon_name, tip, key, signal in (
            ("restart_button", "restart", "Restart from the same seed", "", self.restart_requested),
            ("new_seed_button", "new-seed", "Restart from a new seed", "", self.new_seed_requested),
            ("stop_button", "stop", "Stop this run and keep it", "", self.stop_requested),
            ("play_button", "play", "Train this network", "Space", self.play_toggled),
            ("step_button", "step", "Train one batch", ".", self.step_requested),
            ("epoch_button", "step-epoch", "Train one epoch", "", self.epoch_requested),
        ):
            button = ToolButton(theme, icon_name, tip, key=key, flat=False, parent=self)
            button.setObjectName(name)
            button.clicked.connect(signal)
            self._buttons[name] = button
            buttons.addWidget(button)
        self._ribbon = LossRibbon(theme, self)
        self._ribbon.setObjectName("loss_ribbon")
        self._ribbon.hovered.connect(self.hovered)
        self._where = ElidedLabel(theme, reserve=FIRST_SAMPLE, parent=self)
        self._pace = ElidedLabel(theme, dim=True, reserve=SECOND_SAMPLE, parent=self)
        for label in (self._where, self._pace):
            label.setFont(tabular(self.font()))
        figures = QVBoxLayout()
        figures.setSpacing(2)
        figures.addStretch(1)
        figures.addWidget(self._where, alignment=Qt.AlignmentFlag.AlignLeft)
        figures.addWidget(self._pace)
        figures.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(S3, S2, S3, S2)
        layout.setSpacing(S4)
        layout.addLayout(buttons)
        layout.addWidget(self._ribbon, 1)
        layout.addLayout(figures)
        self.show_state("none", can_run=False)

    @property
    def figures(self) -> tuple[str, str]:
        """The two lines at the right."""
        return self._where.text, self._pace.text

    def show_state(self, state: str, can_run: bool, reason: str = NOTHING_TO_TRAIN) -> None:
        """Show what the run does and offer what can be done with it.

        Parameters
        ----------
        state : str
            One of `STATES`: "none" before any run, else the session's state in lower case.
        can_run : bool
            Whether there is a network and data; without them every button says `reason`.
        reason : str
            Why nothing can run, one sentence.
        """
        self._state = state
        running = state == "running"
        play = self._buttons["play_button"]
        play.set_action("pause" if running else "play", _PLAY_TIPS.get(state, "Train this network"))
        play.set_primary(can_run)
        for name, button in self._buttons.items():
            why = "" if can_run else reason
            for rule in _RULES.get(name, ()):
                if not why and state in rule.states:
                    why = rule.reason
            button.set_available(not why, why)
        self._ribbon.set_empty_text(INVITATION if can_run else reason)

    def append_loss(self, steps: ArrayLike, losses: ArrayLike) -> None:
        """Add the losses of some steps to the ribbon, both (n,)."""
        self._ribbon.append(steps, losses)

    def add_event(self, step: int, text: str) -> None:
        """Mark a step on the ribbon: "lr 0.002 → 0.001"."""
        self._ribbon.add_event(step, text)

    def show_progress(
        self,
        step: int,
        epoch: float,
        images_per_second: float,
        accuracy: float | None,
        seconds_left: float | None,
        fraction: float | None,
    ) -> None:
        """Show where the run is.

        Parameters
        ----------
        step : int
            Batches trained so far.
        epoch : float
            Passes through the data so far, 1.5 for one and a half.
        images_per_second : float
            Present speed; 0 when it stands.
        accuracy : float or None
            On the test pictures, 0 to 1; None before the first test.
        seconds_left : float or None
            Until the end of the run; None when nobody knows.
        fraction : float or None
            Of the whole run, 0 to 1; None for a run without an end.
        """
        self._where.set_text(f"step {grouped(step)} · epoch {epoch:.1f}")
        words = []
        if self._state in _STATE_WORDS:
            words.append(_STATE_WORDS[self._state])
        elif images_per_second > 0:
            words.append(f"{rate(images_per_second)} images/s")
        if accuracy is not None:
            words.append(percent(accuracy, 1))
        if seconds_left is not None and self._state not in ENDED:
            words.append(f"{duration(seconds_left)} left")
        self._pace.set_text(" · ".join(words))
        total = round(step / fraction) if fraction and step else None
        self._ribbon.set_progress(step, total)

    def reset(self) -> None:
        """Show an empty tape: a new run begins."""
        self._ribbon.clear()
        self._where.set_text("")
        self._pace.set_text("")

    def minimumSizeHint(self) -> QSize:
        """Return the size below which it cannot be used."""
        return QSize(560, BAR_HEIGHT)
