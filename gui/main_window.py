"""The main window: makes the panels, gives them their places, and joins them."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Literal

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow

from engine.drawing import Drawing
from engine.novelty import DigitLikeness
from gui.actions import Actions
from gui.bridge import Bridge
from gui.command_palette import CommandPalette
from gui.convolving import Convolving
from gui.data_library import DataLibrary
from gui.dialogs.about import AboutDialog
from gui.dialogs.error_details import ErrorDialog
from gui.document import Document
from gui.errors import ErrorReport
from gui.files import Files
from gui.frames import Array, Frame, FrameWorker, Subject, probabilities_of
from gui.garbage import GuiThreadCollector
from gui.inspecting import Inspecting
from gui.instrument import Instrument
from gui.keeping import Keeper
from gui.loading import Loading
from gui.log_folder import open_log_folder
from gui.looking_inside import LookingInside
from gui.panels import Panels
from gui.picture_sets import PictureSets
from gui.project_joining import make_projects
from gui.project_menu import ProjectMenu
from gui.run_desk import RunDesk
from gui.selection import SelectionModel
from gui.settings import Folders, PreferencesStore
from gui.shipped import load_shipped
from gui.space_key import SpaceKey
from gui.surgery import Surgery
from gui.theme import ThemeManager
from gui.training_control import TrainingControl

logger = logging.getLogger(__name__)


class MainWindow(QMainWindow):
    """Makes every part, connects them, and keeps none of their state. GUI thread only.

    Parameters
    ----------
    themes, preferences
        Shared with the program.
    places
        Where runs, data sets and the window's place are kept.
    """

    PAGES: ClassVar[tuple[str, ...]] = ("draw", "convolve", "train", "inside", "runs")

    def __init__(self, themes: ThemeManager, preferences: PreferencesStore, places: Folders) -> None:
        super().__init__()
        self.setWindowTitle("Filterscope")
        self._themes, self._places = themes, places
        themes.setParent(self)
        preferences.setParent(self)
        self._garbage = GuiThreadCollector(self)
        SpaceKey(self)
        self._keeper = Keeper(preferences, places)

        self._shipped = load_shipped()
        self.document = Document(parent=self)
        self.selection = SelectionModel(parent=self)
        self._bridge = Bridge(self)
        worker = FrameWorker(lambda: DigitLikeness().resembles_digit)
        first = self._shipped[0]
        self.instrument = Instrument(self.document, self._bridge, worker, first.model, first.name, self)
        self._library = DataLibrary(places.cache, self)
        self._pictures = PictureSets(lambda: self._library.embedded().test)
        panels = Panels(
            themes,
            self.document,
            self._keeper.preferences,
            self._pictures,
            lambda: self._library.embedded().test,
            places.data,
            [(network.name, network.tip) for network in self._shipped],
        )
        self._pad, self._draw = panels.pad, panels.draw
        self._convolve, self._train = panels.convolve, panels.train
        self._inspector, self._rail, self._address = panels.inspector, panels.rail, panels.address
        self._tape, self._status, self._skeleton = panels.tape, panels.status, panels.skeleton
        self.setCentralWidget(self._skeleton)
        self._training = TrainingControl(
            self._bridge, self.instrument, self._library, self._train, self._tape, self.say, self
        )
        self._files = Files(self, self.instrument, self._pad.transfer, self.say, self._shipped)
        self._inspecting = Inspecting(
            self.selection,
            self._inspector,
            self._address,
            {"draw": self._draw, "train": self._train, "inside": panels.inside},
            self._skeleton,
            self._card_of,
            self,
        )
        self._convolving = Convolving(panels, self.selection, self._inspecting, self.show_page, self)
        surgery = Surgery(self.instrument, self._files, self.document.undo_stack, self._pictures, self.say)
        self._looking = LookingInside(
            panels, self.instrument, self._bridge, self._inspecting, self._convolving, surgery, self
        )
        say, settled, show = self.say, lambda: self.is_settled, self.show_page
        shared = self._bridge, self.instrument, self._training, surgery, self._inspecting
        self._runs = RunDesk(self, themes, panels, *shared, say, settled, show)
        parts = self._bridge, self._training, self._library, self._runs, self._files
        self._projects = make_projects(self, panels, *parts, places)
        self._make_actions()
        self._connect(panels)
        self._answer: Frame | None = None
        self.instrument.refresh()
        self._on_subject_changed(self.instrument.answering)
        self._pad.canvas.setFocus()
        self.setAcceptDrops(True)

    @property
    def session(self) -> Any:
        """The present `TrainingSession`, or None."""
        return self._bridge.session

    @property
    def is_settled(self) -> bool:
        """Whether every picture is up to date, apart from what a running training still brings."""
        parts = (self.instrument, self._convolving, self._looking, self._runs, self._projects)
        return all(part.is_settled for part in parts)

    def classify(self) -> Array:
        """Give each class's probability for what is on the canvas, from the network that answers the Pad."""
        return probabilities_of(self.instrument.answering, self.document.drawing)

    def show_page(self, name: str) -> None:
        """Bring a page to the front; KeyError if there is none of that name."""
        self._skeleton.show_page(name)
        self._rail.show_page(name)
        self._actions.choose(f"page_{name}")
        slides = name == "convolve"
        self._actions["play"].setText("Slide or pause" if slides else "Train or pause")
        self._actions["step"].setText("Move the filter on by one" if slides else "Train one batch")
        if name in ("train", "runs"):
            if self.isVisible():
                self._training.ensure_run()
            else:
                # A run that was kept may be brought back before the window is shown.
                QTimer.singleShot(0, self._training, self._training.ensure_run)
            frame = self._inspecting.frame_of("train")
            if frame is not None and name == "train":
                self._train.show_frame(frame)
        elif self._answer is not None:
            self._show_answer(self._answer)
        self._keeper.remember(page=name)
        self._inspecting.enter()
        self._convolving.enter()
        self._looking.enter()

    def start_training(self) -> None:
        """Train, if nothing trains yet."""
        if not self._bridge.is_running:
            self._training.toggle()

    def choose_preset(self, key: str) -> None:
        """Open a run of a preset network; ConfigError if there is none of that key."""
        self._training.choose_preset(key)

    def open_file(self, path: Path) -> bool:
        """Open a network, a drawing or a picture; False, and a sentence, if it cannot be."""
        return self._files.open(path)

    def open_drawing(self, path: Path) -> bool:
        """Put a drawing, or a picture with its ink found automatically, on the canvas; see `open_file`."""
        return self._pad.transfer.open_file(path, at_once=True)

    @property
    def message(self) -> str:
        """What the person is told at the moment."""
        return self._skeleton.messages.text

    def restore(self, *, keep_size: bool = False, keep_run: bool = True) -> None:
        """Bring back the window's place and, if `keep_run`, the run that was there when it was closed."""
        if not keep_size:
            self._keeper.restore_place(self)
        self._skeleton.restore_sizes(self._keeper.preferences.splitter)
        self._skeleton.set_inspector_open(self._keeper.preferences.inspector)
        self._runs.restore(self._keeper)
        kept = None if self._projects.start(restore=keep_run) or not keep_run else self._keeper.load_run()
        if kept is not None:
            self._training.reopen(*kept)

    def leave_no_trace(self) -> None:
        """Keep neither the run nor the window's place nor preferences when the window is closed."""
        self._keeper.leave_no_trace()
        self._projects.leave_no_trace()

    def say(
        self,
        sentence: str,
        *,
        action: str = "",
        act: Callable[[], None] | None = None,
        warning: bool = False,
        only: str = "",
    ) -> None:
        """Tell the person something in place; "" takes back what was said, or `only` this sentence."""
        messages = self._skeleton.messages
        if sentence:
            kind: Literal["warning", "note"] = "warning" if warning else "note"
            messages.show_message(sentence, kind=kind, action=action, on_action=act)
        elif only in ("", messages.text):
            messages.dismiss()

    def show_unexpected(self, report: ErrorReport) -> None:
        """Show an error that nobody foresaw, with its details."""
        ErrorDialog(report, self).show()

    def _follow_drawing(self, drawing: Drawing) -> None:
        blank = not drawing.strokes and drawing.backdrop is None
        self._train.pictures.follow(blank=blank)

    def _make_actions(self) -> None:
        self._actions = Actions(self, self._themes, given=self._pad.pad_actions.named())
        self._actions.fill(self.menuBar())
        self._palette = CommandPalette(self._themes, self)
        training, selection, lab = self._training, self.selection, self._convolve
        reactions: dict[str, Callable[[], object]] = {
            **self._files.reactions(),
            **ProjectMenu(self, self._projects, self._actions["recent_projects"], self._themes).reactions(),
            "quit": self.close,
            "back": self._convolving.here_or(self._convolving.go_back, selection.back),
            "forward": self._convolving.here_or(lambda: None, selection.forward),
            "up": self._convolving.here_or(lambda: lab.get().up(), selection.up),
            "inspector": self._skeleton.toggle_inspector,
            "commands": self._show_commands,
            "play": self._convolving.here_or(lambda: lab.get().toggle(), training.toggle),
            "step": self._convolving.here_or(lambda: lab.get().step(1), training.step),
            "step_back": self._convolving.here_or(lambda: lab.get().step(-1)),
            "show_convolve": self._convolving.show_selected,
            "show_back": self._convolving.go_back,
            **training.reactions(),
            **self._runs.reactions(),
            "switch_filter": lambda: self._looking.switch_filter(selection.value),
            "open_log": lambda: self.say(open_log_folder(self._places.log), warning=True),
            "about": self._show_about,
        }
        for name, reaction in reactions.items():
            self._actions[name].triggered.connect(lambda _=False, act=reaction: act())
        for page in self.PAGES:
            self._actions[f"page_{page}"].triggered.connect(lambda _=False, page=page: self.show_page(page))
        for mode in ("system", "light", "dark"):
            choose = partial(self._choose_theme, mode)
            self._actions[f"theme_{mode}"].triggered.connect(lambda _=False, choose=choose: choose())
        self._runs.offer(self._actions)
        self._actions["follow_run"].toggled.connect(self._on_answer_source_chosen)
        self._actions.choose(f"theme_{self._themes.mode}")
        self._actions.choose("inspector", self._skeleton.inspector_open)

    def _connect(self, panels: Panels) -> None:
        instrument, selection = self.instrument, self.selection
        self.document.drawing_changed.connect(self._follow_drawing)
        self._follow_drawing(self.document.drawing)
        instrument.answer_changed.connect(self._on_answer)
        instrument.run_changed.connect(self._on_run_frame)
        instrument.subject_changed.connect(self._on_subject_changed)
        self._bridge.run_opened.connect(self._on_run_opened)
        self._bridge.run_opened.connect(lambda info: self._garbage.collect_soon())
        Loading(self._library, self._skeleton, self._status, self)
        self._rail.page_chosen.connect(self.show_page)
        self._rail.theme_chosen.connect(self._choose_theme)
        self._address.back_requested.connect(self._actions["back"].trigger)
        self._address.forward_requested.connect(self._actions["forward"].trigger)
        self._address.inspector_requested.connect(self._skeleton.toggle_inspector)
        self._address.commands_requested.connect(self._show_commands)
        self._skeleton.inspector_toggled.connect(self._on_inspector_toggled)
        self._skeleton.compact_changed.connect(self._on_compact_changed)
        self._skeleton.path_covered.connect(self._address.set_end)
        self._inspector.close_requested.connect(lambda: self._skeleton.set_inspector_open(False))
        self._inspector.copied.connect(self.say)
        self._pad.canvas.brush_changed.connect(lambda brush: self._keeper.remember(brush=brush))
        self._pad.pad_actions.pressure.toggled.connect(lambda on: self._keeper.remember(pressure=on))
        self._pad.message.connect(lambda text: self.say(text, warning=True))
        self._pad.noted.connect(self.say)
        self._pad.answer_source_chosen.connect(self._on_answer_source_chosen)
        self._pad.network_chosen.connect(self._files.open_shipped)
        self._pad.class_clicked.connect(lambda label: selection.update(label=label))
        self._train.picture_chosen.connect(instrument.set_run_drawing)
        self._convolving.said.connect(self.say)
        self._convolving.run_wanted.connect(instrument.set_run_wanted)
        self._convolving.page_said.connect(lambda text, warning: self.say(text, warning=warning))
        self._convolving.undo_offered.connect(lambda text, act: self.say(text, action="Undo", act=act))
        deeper = self._actions["show_convolve"], self._actions["switch_filter"]
        for page in (self._draw, self._train, panels.inside, self._runs.comparing):
            page.tile_activated.connect(self._convolving.show_selected)
            page.menu_requested.connect(lambda point: self._convolving.show_menu(point, *deeper))
        readable = (self._draw, self._convolving, self._train, panels.inside, self._runs.comparing)
        for panel in (self._pad, self._inspector, self._tape, *readable):
            panel.hovered.connect(self._status.show_readout)

    def _on_answer(self, frame: Frame) -> None:
        self._answer = frame
        self._pad.show_frame(frame)
        self._show_answer(frame)
        self._inspecting.take("draw", frame)

    def _show_answer(self, frame: Frame) -> None:
        if self._skeleton.page == "draw":
            self._draw.show_frame(frame)
        self._convolving.take("draw", frame)

    def _on_run_frame(self, frame: Frame) -> None:
        if self._skeleton.page == "train":
            self._train.show_frame(frame)
        self._inspecting.take("train", frame)
        self._convolving.take("train", frame)

    def _card_of(self, frame: Frame) -> Mapping[str, Any] | None:
        return self._files.card if frame.subject is self.instrument.trained else None

    def _on_run_opened(self, info: Any) -> None:
        self._inspecting.forget("train")
        self._pictures.set_of_run(info.split.test)
        self._pad.set_run(info.name)
        self._show_answer_live(self.instrument.run_answers)
        self._status.show_dataset(f"{self._library.name_of(info.data_key)} · {len(info.split.train):,}")

    def _on_subject_changed(self, subject: Subject) -> None:
        self._status.show_network(subject.source, subject.spec.weight_count)
        self._pad.set_digits(lambda: self._pictures.pickable(subject.spec))
        self._show_answer_live(self.instrument.run_answers)

    def _on_answer_source_chosen(self, live: bool) -> None:
        self.instrument.set_answer_live(live)
        self._show_answer_live(self.instrument.run_answers)

    def _show_answer_live(self, live: bool) -> None:
        self._pad.set_answer_live(live)
        self._actions.choose("follow_run", live)

    def _on_inspector_toggled(self, opened: bool) -> None:
        self._actions.choose("inspector", opened)
        self._keeper.remember(inspector=self._skeleton.inspector_wanted)
        self._inspecting.refresh()

    def _on_compact_changed(self, compact: bool) -> None:
        self._actions.choose("inspector", self._skeleton.inspector_open)
        self._inspecting.refresh()

    def _choose_theme(self, mode: str) -> None:
        self._themes.set_mode(mode)  # type: ignore[arg-type]
        self._actions.choose(f"theme_{mode}")
        self._keeper.remember(theme=mode)

    def _show_commands(self) -> None:
        self._palette.open(self._actions)

    def _show_about(self) -> None:
        cards = [network.model.card for network in self._shipped]
        AboutDialog(self._themes, self._places.log, cards, self).show()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._keeper.remember(splitter=self._skeleton.sizes())
        self._runs.give_up()
        self._library.close()
        self._bridge.close()
        for part in (self._convolving, self._looking, self._runs, self.instrument, self._garbage):
            part.close()
        self._projects.close()
        self._keeper.keep(self)
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._files.can_take(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self._files.take(event.mimeData())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.instrument.set_visible(self.isVisible() and not self.isMinimized())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.instrument.set_visible(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.instrument.set_visible(False)
