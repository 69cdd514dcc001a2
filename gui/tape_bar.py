"""The Tape bar: start, pause and step a training run, see all of it at a glance, and go back in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike
from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from engine.inspect.words import duration, grouped, percent, rate
from gui.theme import S1, S2, S3, S4, ThemeManager, tabular
from gui.widgets.elided_label import ElidedLabel
from gui.widgets.loss_ribbon import LossRibbon
from gui.widgets.ribbon_marks import RibbonEvent
from gui.widgets.tool_button import ToolButton

BAR_HEIGHT = 60
INVITATION = "Press Play to train a network from random values"
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
NOTHING_RECORDED = "Nothing has been recorded yet."
PLAYBACK_TIP = "Play the run back, from this step or from the first"
FORK_TIP = "Fork: a new run goes on from the step that is shown"
_BACK_TIPS = {
    "ready": "Train this network and return to live",
    "paused": "Return to live and go on training from the newest step",
    "finished": "Return to live and train as many epochs again",
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
    playhead_wanted = Signal(object)
    """A recorded step is to be shown, or None: the newest step, live."""
    playback_toggled = Signal()
    """The run is to be played back from the playhead, or to stand there."""
    fork_requested = Signal()
    """A new run is to go on from the step that is shown."""
    hovered = Signal(str)
    """The readout under the pointer, "" when it leaves."""

    def __init__(self, theme: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tape_bar")
        self.setFixedHeight(BAR_HEIGHT)
        self._state, self._can_run, self._reason = "none", False, NOTHING_TO_TRAIN
        self._playhead: int | None = None
        self._buttons: dict[str, ToolButton] = {}
        self._playhead_buttons: dict[str, ToolButton] = {}
        self._menu: QMenu | None = None
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
        self._ribbon.playhead_wanted.connect(self.playhead_wanted)
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
        layout.addLayout(self._make_playhead_buttons(theme))
        layout.addLayout(figures)
        self.show_state("none", can_run=False)

    @property
    def figures(self) -> tuple[str, str]:
        """The two lines at the right."""
        return self._where.text, self._pace.text

    @property
    def extent(self) -> int:
        """The step at the right edge of the curve."""
        return self._ribbon.extent

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
        self._state, self._can_run, self._reason = state, can_run, reason
        running = state == "running"
        play = self._buttons["play_button"]
        tips = _PLAY_TIPS if self._playhead is None else _PLAY_TIPS | _BACK_TIPS
        play.set_action("pause" if running else "play", tips.get(state, "Train this network"))
        play.set_primary(can_run)
        for name, button in self._buttons.items():
            why = "" if can_run else reason
            for rule in _RULES.get(name, ()):
                if not why and state in rule.states:
                    why = rule.reason
            button.set_available(not why, why)
        self._ribbon.set_empty_text(INVITATION if can_run else reason)
        self._offer_playhead()

    def show_recorded(self, steps: tuple[int, ...]) -> None:
        """Say which steps of the run can be shown again, ascending."""
        self._ribbon.set_recorded(steps)
        self._offer_playhead()

    def show_playhead(self, step: int | None) -> None:
        """Show that a recorded step is shown, or None: the newest, live."""
        turned = (step is None) is not (self._playhead is None)
        self._playhead = step
        self._ribbon.set_playhead(step)
        if turned:
            self.show_state(self._state, self._can_run, self._reason)
        self._offer_playhead()

    def append_loss(self, steps: ArrayLike, losses: ArrayLike) -> None:
        """Add the losses of some steps to the ribbon, both (n,)."""
        self._ribbon.append(steps, losses)

    def show_events(self, events: Sequence[RibbonEvent]) -> None:
        """Mark on the ribbon what happened, "lr 0.002 → 0.001", in place of what was marked before."""
        self._ribbon.set_events(events)

    def show_marks(self, marks: Sequence[tuple[int, str]]) -> None:
        """Say where something was first or last true: steps and sentences, in place of those before."""
        self._ribbon.set_marks(marks)

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
        self.show_playhead(None)
        self._where.set_text("")
        self._pace.set_text("")

    def minimumSizeHint(self) -> QSize:
        """Return the size below which it cannot be used."""
        return QSize(768, BAR_HEIGHT)

    def _make_playhead_buttons(self, theme: ThemeManager) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(S1)
        for name, icon_name, tip, goal in (
            (
                "tape_back_button",
                "playhead-back",
                "Show the recorded step before this one: Left on the curve",
                lambda: self._ribbon.stops.before(self._playhead),
            ),
            (
                "tape_forward_button",
                "playhead-forward",
                "Show the recorded step after this one: Right on the curve",
                lambda: self._ribbon.stops.after(self._playhead),
            ),
            ("live_button", "live", "Show the newest step, live: End on the curve", lambda: None),
        ):
            button = ToolButton(theme, icon_name, tip, flat=False, parent=self)
            button.setObjectName(name)
            button.setAutoRepeat(name != "live_button")
            button.clicked.connect(lambda _=False, goal=goal: self.playhead_wanted.emit(goal()))
            self._playhead_buttons[name] = button
            row.addWidget(button)
        for name, icon_name, tip, key, signal in (
            ("playback_button", "play-back", PLAYBACK_TIP, "Shift+Space", self.playback_toggled),
            ("fork_button", "fork", FORK_TIP, "F", self.fork_requested),
        ):
            button = ToolButton(theme, icon_name, tip, key=key, flat=False, parent=self)
            button.setObjectName(name)
            button.clicked.connect(signal)
            self._playhead_buttons[name] = button
            row.addWidget(button)
        self._more = ToolButton(
            theme, "more", "More about this run: where to go, how fast", flat=False, parent=self
        )
        self._more.setObjectName("tape_menu_button")
        self._more.clicked.connect(self._show_menu)
        row.addWidget(self._more)
        return row

    def set_menu(self, menu: QMenu) -> None:
        """Say what opens at the last button."""
        self._menu = menu

    def show_playing_back(self, playing: bool) -> None:
        """Show that the playhead moves by itself, or stands."""
        button = self._playhead_buttons["playback_button"]
        button.set_action(
            "pause" if playing else "play-back", "Stand at this step" if playing else PLAYBACK_TIP
        )

    def _show_menu(self) -> None:
        if self._menu is not None:
            # Above the bar, which is at the foot of the window, and to the left: there is the room.
            corner, size = self._more.mapToGlobal(self._more.rect().topRight()), self._menu.sizeHint()
            self._menu.popup(corner - QPoint(size.width(), size.height()))

    def _offer_playhead(self) -> None:
        """Enable the buttons that lead somewhere; the others say why they do not."""
        stops, at = self._ribbon.stops, self._playhead
        nothing = "" if stops.any else NOTHING_RECORDED
        live = "The newest step is shown." if at is None else ""
        first = "This is the first recorded step." if stops.any and at == stops.first else ""
        for name, why in (
            ("tape_back_button", nothing or first),
            ("tape_forward_button", nothing or live),
            ("live_button", nothing or live),
            ("playback_button", nothing),
            ("fork_button", "" if self._state != "none" else "There is no run to fork yet."),
        ):
            self._playhead_buttons[name].set_available(not why, why)
