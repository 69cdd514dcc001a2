"""The Train page: every filter and what it makes of a picture, live, with the loss and the knobs."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QComboBox, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from engine.datasets import Dataset
from engine.parameters import Parameters
from engine.spec import NetworkSpec
from engine.training_config import TrainingConfig
from gui.bridge import Pulled
from gui.frames import Frame
from gui.pages.train.picture_chooser import PictureChooser
from gui.pages.train.settings_bar import SettingsBar
from gui.pages.train.walls import ConvolutionPlace, Scales, convolutions, walls_of
from gui.selection import Selection
from gui.theme import S3, S4, UNLIMITED_PX, ThemeManager
from gui.widgets.curves import LossPlot
from gui.widgets.tile_layout import height_for
from gui.widgets.tile_wall import TileWall

# Logical pixels below which a wall says nothing; where they do not fit, the page scrolls.
LEAST_FILTERS_PX, LEAST_CHANNELS_PX, LEAST_ROW_PX = 130, 100, 190
CAPTION_PX = 32
MOST_PLOT_PX = 330
# The narrowest stage, and the share of it that a further convolution's filters get.
LEAST_STAGE_PX, FILTERS_SHARE = 760, 0.34


class TrainPage(QWidget):
    """A lens on one run: `show_frame` for pictures, `show_pulled` for curves. Keeps no session."""

    tile_chosen = Signal(str, str, int, object)
    """Layer, "filter" or "channel", its number from 0, and (row, column) or None."""
    tile_activated = Signal()
    """The chosen tile was double-clicked, or Enter pressed on it: go deeper."""
    menu_requested = Signal(object)
    """The menu of the chosen tile is wanted at a `QPoint` of the screen."""
    hovered = Signal(str)
    picture_chosen = Signal(object)
    dataset_chosen = Signal(str)
    preset_chosen = Signal(str)
    knob_turned = Signal(str, float)
    step_wanted = Signal(object)
    """A step was clicked on the curves: it is to be shown."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page_train")
        self._themes = themes
        self._spec: NetworkSpec | None = None
        self._places: tuple[ConvolutionPlace, ...] = ()
        self._scales: list[Scales] = []
        self._before: Parameters | None = None
        self._since_start = True

        self.settings = SettingsBar()
        self.settings.dataset_chosen.connect(self.dataset_chosen)
        self.settings.preset_chosen.connect(self.preset_chosen)
        self.settings.knob_turned.connect(self.knob_turned)
        self.pictures = PictureChooser(themes)
        self.pictures.picture_chosen.connect(self.picture_chosen)
        self.settings.add_right("Change Δ since", self._make_change_choice())
        self.settings.add_right("Output channels of", self.pictures)
        self._plot = LossPlot(themes)
        self._plot.setObjectName("loss_plot")
        self._plot.hovered.connect(self.hovered)
        self._plot.step_wanted.connect(self.step_wanted)

        column = QVBoxLayout(self)
        column.setContentsMargins(S4, S3, S4, S3)
        column.setSpacing(S3)
        column.addWidget(self.settings)
        self._body = QWidget()
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._body)
        # The stage's own surface shows between the walls.
        self._scroll.viewport().setAutoFillBackground(False)
        self._body.setAutoFillBackground(False)
        column.addWidget(self._scroll, 1)
        self._rows = QVBoxLayout(self._body)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(S3)
        self._further_rows: list[QWidget] = []
        self._first_walls = filters, channels = self._make_walls(0)
        self._walls: list[tuple[TileWall, TileWall]] = []
        # One above the other, or side by side where one convolution leaves room for large pictures.
        self._first = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._first.setSpacing(S3)
        self._first.addWidget(filters, 5)
        self._first.addWidget(channels, 4)
        self._rows.addLayout(self._first, 9)
        self._arrange(())

    def show_run(self, spec: NetworkSpec, config: TrainingConfig, preset: str, dataset: Dataset) -> None:
        """Begin to show another run: new walls, empty curves."""
        self._spec, self._before = spec, None
        self._arrange(convolutions(spec))
        self._plot.reset()
        self.settings.show_config(config)
        self.settings.show_preset(preset)
        self.pictures.set_dataset(dataset)

    def show_frame(self, frame: Frame) -> None:
        """Show the run's filters and output channels at one step."""
        if frame.spec != self._spec:
            return
        rows = zip(self._places, self._walls, self._scales, strict=True)
        for place, (filters, channels), scales in rows:
            walls = walls_of(frame, place, scales, self._before, since_start=self._since_start)
            filters.show_tiles(walls.filters, walls.start, walls.change)
            channels.show_tiles(walls.channels)
        self._before = frame.parameters

    def show_playhead(self, step: int | None) -> None:
        """Mark the step that is shown on the curves; None: the newest one."""
        self._plot.set_playhead(step)

    def show_pulled(self, pulled: Pulled) -> None:
        """Append the numbers of new steps to the curves."""
        if len(pulled.steps):
            steps = pulled.steps
            self._plot.append(steps["step"], steps["loss"], steps["accuracy"])
        if len(pulled.tests):
            tests = pulled.tests
            self._plot.append_tests(tests["step"], tests["loss"], tests["accuracy"])

    def show_selection(self, selection: Selection) -> None:
        """Outline what is selected."""
        for place, (filters, channels) in zip(self._places, self._walls, strict=True):
            for wall, layer, kind in ((filters, place.layer, "filter"), (channels, place.output, "channel")):
                here = selection.layer == layer and selection.kind == kind
                wall.set_selected(selection.channel if here else None, selection.pixel if here else None)

    def _make_change_choice(self) -> QComboBox:
        choice = QComboBox()
        choice.setObjectName("change_choice")
        choice.addItems(["the start", "last frame"])
        choice.setFixedWidth(92)
        choice.setToolTip("What each filter's change, its number and its small picture Δ, is measured from.")
        choice.currentIndexChanged.connect(self._on_change_choice)
        return choice

    def _on_change_choice(self, index: int) -> None:
        self._since_start = index == 0
        for scales in self._scales:
            scales.change = None

    def _arrange(self, places: Sequence[ConvolutionPlace]) -> None:
        """Make the walls of these convolutions and lay them out.

        The first convolution's filters and channels get a row each, because they can be read as pictures;
        each further one shares a row; the last row also holds the curves. The first pair of walls stays
        from run to run, also for those who hold on to it.
        """
        self._places = tuple(places)
        self._scales = [Scales() for _ in places]
        self._plot.setParent(self)
        for row in self._further_rows:
            self._rows.removeWidget(row)
            # Out of reach at once: a click before it is deleted would be on a convolution that is gone.
            row.hide()
            row.deleteLater()
        self._walls = [self._first_walls] if places else []
        for wall in self._first_walls:
            wall.clear()
            wall.set_selected(None)
        self._further_rows = [self._make_row(i, place) for i, place in enumerate(places[1:], 1)]
        for row in self._further_rows:
            self._rows.addWidget(row, 6)
        last = self._further_rows[-1].layout() if self._further_rows else None
        if isinstance(last, QHBoxLayout):
            last.addWidget(self._plot, 4)
            # Beside a wall that scrolls the curves stay at its top, whole.
            tall = self._further_rows[-1].minimumHeight() > MOST_PLOT_PX
            self._plot.setMaximumHeight(MOST_PLOT_PX if tall else UNLIMITED_PX)
            last.setAlignment(self._plot, Qt.AlignmentFlag.AlignTop if tall else Qt.AlignmentFlag(0))
        else:
            self._plot.setMaximumHeight(UNLIMITED_PX)
            self._rows.addWidget(self._plot, 6)
        self._plot.show()
        ways = QBoxLayout.Direction
        self._first.setDirection(ways.LeftToRight if len(places) == 1 else ways.TopToBottom)
        self._first_walls[0].setMinimumHeight(LEAST_FILTERS_PX)
        self._first_walls[1].setMinimumHeight(LEAST_CHANNELS_PX)

    def _make_row(self, index: int, place: ConvolutionPlace) -> QWidget:
        filters, channels = walls = self._make_walls(index, f"_{place.layer}")
        self._walls.append(walls)
        row = QWidget()
        row.setMinimumHeight(self._row_height(place))
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(S4)
        across.addWidget(filters, 4)
        across.addWidget(channels, 3)
        return row

    def _row_height(self, place: ConvolutionPlace) -> int:
        """Height with which every filter of a wide layer has room; the page scrolls where it is more."""
        assert self._spec is not None
        weight = dict(self._spec.layout.shapes)[f"{place.layer}.weight"]
        return max(LEAST_ROW_PX, CAPTION_PX + height_for(weight, FILTERS_SHARE * LEAST_STAGE_PX))

    def _make_walls(self, index: int, suffix: str = "") -> tuple[TileWall, TileWall]:
        filters, channels = TileWall(self._themes), TileWall(self._themes)
        filters.setObjectName(f"filters_view{suffix}")
        channels.setObjectName(f"channels_view{suffix}")
        filters.set_empty_text("Press Play: the filters appear here and change while they learn")
        channels.set_empty_text("What each filter makes of the picture appears here")
        for wall in (filters, channels):
            wall.hovered.connect(self.hovered)
            wall.tile_activated.connect(lambda tile: self.tile_activated.emit())
            wall.menu_requested.connect(self.menu_requested)
            wall.tile_clicked.connect(partial(self._on_tile_clicked, index, wall is filters))
        return filters, channels

    def _on_tile_clicked(self, index: int, is_filter: bool, tile: int, row: object, column: object) -> None:
        place = self._places[index]
        layer, kind = (place.layer, "filter") if is_filter else (place.output, "channel")
        self.tile_chosen.emit(layer, kind, tile, None if row is None else (row, column))
