"""The Convolve page: one convolution by hand, from the picture to every product under the filter."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent, QUndoStack
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.datasets import Dataset
from engine.drawing import Drawing
from engine.lab.flip_proof import flip_proof
from engine.lab.from_network import Taken, first_convolution
from gui.frames import Frame
from gui.pages.convolve.lab_control import LabControl
from gui.pages.convolve.lab_display import LabDisplay
from gui.pages.convolve.lab_library import LabLibrary
from gui.pages.convolve.lab_model import Lab, LabModel, LabPlace, NetworkLink
from gui.pages.convolve.lab_parts import LabParts
from gui.pages.convolve.lab_reception import LabReception
from gui.pages.convolve.lab_scales import brightest_place
from gui.pages.convolve.lab_sources import Sources
from gui.pages.convolve.lab_worker import Evaluation, LabWorker
from gui.pages.convolve.library_store import LibraryStore
from gui.pages.convolve.slide_clock import SlideClock
from gui.theme import ThemeManager
from gui.widgets.paced import Paced

FAILED = "This could not be computed; the log has the details."


class ConvolvePage(QWidget):
    """Owns the lab and its parts; everything it shows is computed from the `Lab`. GUI thread only.

    Parameters
    ----------
    undo_stack
        The window's history.
    store
        The person's own kernels.
    digits
        Gives the test digits.
    """

    hovered = Signal(str)
    said = Signal(str, bool)
    """One sentence, and whether it is a warning."""
    undo_offered = Signal(str, object)
    """One sentence about something that was removed, and the function that brings it back."""
    place_changed = Signal()
    """Another filter, position or picture is looked at; see `describe`."""
    back_requested = Signal()
    """Return to where the convolution was seen in its network."""
    network_requested = Signal()
    """Show a convolution of the network that answers."""

    def __init__(
        self,
        themes: ThemeManager,
        undo_stack: QUndoStack,
        store: LibraryStore,
        digits: Callable[[], Dataset],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page_convolve")
        self._sources = Sources(digits)
        self.model = LabModel(undo_stack, self)
        self._control = LabControl(self.model, self._sources, self)
        self.reception = LabReception(self, self._control)
        self._clock = SlideClock(self)
        self._worker = LabWorker(self)
        self.parts = LabParts(themes)
        self._display = LabDisplay(self.parts, self.model, self._clock, self)
        self._library = LabLibrary(self.parts.library, store, self)
        self._frame: Frame | None = None
        self._drawing: Drawing | None = None
        self._layer = 0
        self._source = self.model.lab.source.key
        # Where the filter goes when another picture or layer has been computed: None is the brightest place.
        self._seeks: tuple[int, int] | None = None
        self._is_seeking = True
        self._proof = Paced(self._show_proof, parent=self)
        # After the event that changed something: one gesture may change several things.
        self._asking = QTimer(self, singleShot=True, interval=0)
        self._asking.timeout.connect(self._ask)
        self._placed = Paced(self.place_changed.emit, parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.parts)
        self._connect()
        self._display.show_setup()
        self._ask()

    @property
    def is_settled(self) -> bool:
        """Whether what is shown is what is set."""
        shown = self._display.evaluation
        wanted = (self.model.layer, self.model.filter)
        return (
            self._worker.is_idle
            and shown is not None
            and shown.lab is self.model.lab
            and (shown.layer, shown.filter) == wanted
        )

    @property
    def link(self) -> NetworkLink | None:
        """The convolution of a network whose input the picture is."""
        return self.model.lab.source.link

    def show_frame(self, frame: Frame) -> None:
        """Take the newest drawing, and the network for the flip proof."""
        self._frame = frame
        if self.isVisible():
            self._take_frame(frame)

    def show_network(self, taken: Taken, name: str, link: NetworkLink, step: int | None = None) -> None:
        """Show a convolution of a network, as it is at a step of its training."""
        self._control.show_network(taken, name, link, step)
        self.parts.show_foot("cards")
        self._seek(taken.pixel)

    def follow(self, taken: Taken, name: str, link: NetworkLink, step: int | None = None) -> None:
        """Take the newest filters and input of the convolution that is shown."""
        self._control.follow_network(taken, name, link, step)

    def toggle(self) -> None:
        """Let the filter slide, or stop it."""
        self._clock.toggle()

    def step(self, by: int) -> None:
        """Move the filter by positions."""
        self._clock.step(by)
        self.parts.scene.tell_place()

    def up(self) -> None:
        """Look at the layer before."""
        self.model.look(layer=max(0, self.model.layer - 1))

    def describe(self) -> LabPlace:
        """Tell what is looked at."""
        ledger, model = self._display.ledger, self.model
        source = model.lab.source
        return LabPlace(
            source.name,
            model.layer,
            model.filter,
            None if ledger is None else (ledger.row, ledger.column),
            model.front.used_weight(model.selected),
            model.selected.bias,
            source.step if model.lab.is_networks else None,
        )

    def close_worker(self) -> None:
        """End the thread, for good."""
        self._clock.pause()
        self._asking.stop()
        self._worker.close()

    def _connect(self) -> None:
        self.model.changed.connect(self._on_changed)
        self.model.view_changed.connect(self._on_view_changed)
        self._worker.evaluated.connect(self._on_evaluated)
        self._clock.moved.connect(self._on_moved)
        self._clock.playing_changed.connect(self._on_playing_changed)
        self._library.said.connect(self.said)
        self._library.undo_offered.connect(self.undo_offered)
        self._control.refused.connect(self._on_refused)
        self._worker.busy_changed.connect(self.parts.show_busy)
        self._worker.failed.connect(lambda: self._on_refused(FAILED))
        self._control.put_in.connect(self._display.forget_scales)
        self.model.restored.connect(self._display.forget_scales)
        self.parts.hovered.connect(self.hovered)
        self.parts.back_requested.connect(self.back_requested)
        self.parts.foot_chosen.connect(self._on_foot_chosen)
        self._connect_sources()
        self._connect_slide()
        self._connect_filters()

    def _connect_sources(self) -> None:
        sources, control, chain = self.parts.sources, self._control, self.parts.chain
        sources.source_chosen.connect(self._on_source_chosen)
        sources.stepped.connect(control.step_source)
        sources.channel_toggled.connect(control.switch_channel)
        sources.classic_chosen.connect(lambda classic: self.model.look(classic=classic))
        sources.example_requested.connect(self._on_example)
        sources.flip_proof_requested.connect(self._on_flip_proof_requested)
        sources.file_chosen.connect(lambda name: control.open_picture(Path(name)))
        chain.layer_chosen.connect(lambda number: self.model.look(layer=number))
        chain.channel_chosen.connect(
            lambda number, channel: self.model.look(layer=number, filter_index=channel)
        )
        chain.feed_requested.connect(control.feed_forward)
        chain.layer_removed.connect(control.cut_layers)
        self.parts.proof.changed.connect(lambda turn, convolve: self._proof.call_now())

    def _connect_slide(self) -> None:
        parts, clock = self.parts, self._clock
        parts.scene.place_chosen.connect(clock.peek)
        parts.scene.pixel_hovered.connect(parts.ledger.mark_pixel)
        parts.ledger.row_hovered.connect(self._on_ledger_row_hovered)
        parts.transport.play_toggled.connect(clock.toggle)
        parts.transport.stepped.connect(clock.step)
        parts.transport.sought.connect(clock.seek)
        parts.transport.fit_requested.connect(parts.scene.fit)
        parts.transport.speed_chosen.connect(clock.set_speed)
        parts.transport.speed_chosen.connect(lambda speed: self._display.show_place())

    def _connect_filters(self) -> None:
        kernel, panel, cards, library = (
            self.parts.kernel,
            self.parts.geometry_panel,
            self.parts.cards,
            self.parts.library,
        )
        control = self._control
        kernel.filter_edited.connect(control.edit_filter)
        kernel.size_chosen.connect(control.resize)
        kernel.slice_chosen.connect(lambda index: self.model.look(slice_index=index))
        kernel.save_requested.connect(self._on_save_requested)
        kernel.kernel_dropped.connect(lambda name, weight: control.put_kernel(name, weight))
        panel.geometry_chosen.connect(control.set_geometry)
        panel.operation_chosen.connect(self._on_operation_chosen)
        panel.relu_chosen.connect(control.set_relu)
        panel.pool_chosen.connect(control.set_pool)
        cards.filter_activated.connect(lambda index: kernel.editor.setFocus())
        cards.filter_chosen.connect(lambda index: self.model.look(filter_index=index))
        cards.pixel_chosen.connect(self._on_card_pixel_chosen)
        cards.kernel_dropped.connect(lambda index, name, weight: control.put_kernel(name, weight, index))
        cards.kernel_added.connect(control.add_kernel)
        cards.add_requested.connect(control.add_filter)
        cards.duplicate_requested.connect(control.duplicate_filter)
        cards.remove_requested.connect(control.remove_filter)
        library.kernel_chosen.connect(lambda name, weight: control.put_kernel(name, weight))

    def _seek(self, pixel: tuple[int, int] | None = None) -> None:
        """Go to a place, or to the brightest, with the next result."""
        self._seeks, self._is_seeking = pixel, True

    def _ask(self) -> None:
        self._worker.request(self.model.lab, self.model.layer, self.model.filter)

    def _on_changed(self, lab: Lab) -> None:
        if lab.source.key != self._source:
            self._source = lab.source.key
            self._seek()
        self._asking.start()
        self._display.show_setup()
        self.place_changed.emit()

    def _on_view_changed(self) -> None:
        if self.model.layer != self._layer:
            self._layer = self.model.layer
            self._seek()
        self._display.show_setup()
        shown = self._display.evaluation
        if shown is not None and shown.lab is self.model.lab:
            # Another palette shows at once; another layer or filter when it is computed.
            self._display.show_evaluation(shown)
        self._asking.start()
        self.place_changed.emit()

    def _on_evaluated(self, evaluation: Evaluation) -> None:
        seeks = self._is_seeking and evaluation.lab is self.model.lab
        self._display.show_evaluation(evaluation)
        result = self._display.result
        if seeks and result is not None:
            # The whole channel, and the place that was asked for, or where it responds most.
            row, column = self._seeks or divmod(brightest_place(evaluation), result.positions[1])
            self._is_seeking, self._seeks = False, None
            self._clock.seek(self._clock.count - 1)
            self._clock.peek(row * result.positions[1] + column)
        self._placed.call_now()

    def _on_refused(self, sentence: str) -> None:
        # What was chosen, and not taken, is not what is shown.
        self._display.show_setup()
        self.said.emit(sentence, True)

    def _on_moved(self, place: float) -> None:
        self._display.show_place()
        if self._clock.playing:
            self._placed.request()
        else:
            self._placed.call_now()

    def _on_playing_changed(self, playing: bool) -> None:
        self.parts.scene.set_hover_chooses(not playing)
        self._display.show_place()
        self.place_changed.emit()

    def _on_foot_chosen(self, name: str) -> None:
        if self._frame is not None:
            self._take_frame(self._frame)

    def _on_example(self) -> None:
        self.parts.show_foot("cards")
        self._control.show_example()
        self._seek()

    def _on_source_chosen(self, kind: str) -> None:
        if kind == "network":
            self.network_requested.emit()
        else:
            self._control.choose_source(kind)

    def _on_flip_proof_requested(self, wanted: bool) -> None:
        self.parts.show_foot("proof" if wanted else "cards")
        self._proof.call_now()

    def _on_ledger_row_hovered(self, row: tuple[int, int] | None) -> None:
        ledger, scene, kernel = self._display.ledger, self.parts.scene, self.parts.kernel
        if row is None or ledger is None:
            scene.set_marked_pixel()
            kernel.mark(None)
            return
        channel, place = row
        entry = ledger.rows[place]
        scene.set_marked_pixel(channel, entry.row, entry.column)
        if channel != self.model.slice:
            kernel.mark(None)
            return
        cells = self.model.selected.weight[0].size
        cell = place % cells
        if self.model.front.operation == "convolution":
            # The ledger multiplies the turned kernel; the editor shows it as it is.
            cell = cells - 1 - cell
        kernel.mark(*divmod(cell, self.model.selected.weight.shape[2]))

    def _on_card_pixel_chosen(self, index: int, row: int, column: int) -> None:
        self.model.look(filter_index=index)
        result = self._display.result
        if result is not None:
            self._clock.peek(row * result.positions[1] + column)

    def _on_operation_chosen(self, operation: str) -> None:
        self.parts.kernel.animate_turn(operation == "convolution")
        self._control.set_operation(operation)

    def _on_save_requested(self) -> None:
        self._library.keep(self.model.selected.name, self.model.selected.weight)

    def _take_frame(self, frame: Frame) -> None:
        if frame.drawing is not self._drawing:
            self._drawing = frame.drawing
            self._sources.set_drawing(frame.preparation.picture)
            self._control.follow_drawing(blank=frame.preparation.blank)
        first = first_convolution(frame.spec)
        self._display.set_network_name(None if first is None else f"{first} · {frame.source}")
        if self.parts.foot == "library":
            self._library.show_learned(frame)
        if self.parts.foot == "proof":
            self._proof.request()

    def _show_proof(self) -> None:
        frame, view = self._frame, self.parts.proof
        if frame is None or self.parts.foot != "proof":
            return
        first = first_convolution(frame.spec)
        if first is None:
            view.clear(f"{frame.source} has no convolution to turn.")
            return
        turn, convolve = view.switches
        proof = flip_proof(frame.spec, frame.parameters, frame.picture, turn_kernels=turn, convolve=convolve)
        kernel = frame.parameters[f"{first}.weight"][0, 0]
        picture = frame.drawing.name or "my drawing"
        view.show_proof(proof, frame.spec.classes, kernel, f"{frame.source} · {picture}")

    def showEvent(self, event: QShowEvent) -> None:
        """Tell what is wrong with the Library, once."""
        super().showEvent(event)
        if self._frame is not None:
            self._take_frame(self._frame)
        self._library.tell_problem()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stand still while nobody looks."""
        super().hideEvent(event)
        self._clock.pause()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the height between the slide and the foot."""
        super().resizeEvent(event)
        self.parts.fit(self.width(), self.height())
