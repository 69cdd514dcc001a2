"""The visual language in one place: surfaces, colour tables, spacing, type, and the switch."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from gui.palettes import Lut, Rgb, diverging_lut, one_sided_lut
from resources import resource_path

Mode: TypeAlias = Literal["system", "light", "dark"]

S1, S2, S3, S4, S6 = 4, 8, 12, 16, 24

UNLIMITED_PX = 16_777_215
"""No limit to the size of a widget: Qt's QWIDGETSIZE_MAX."""
RADIUS = 4

# A caption is one step below the text, the answer one step above; below 8 pt figures blur at 100 %.
_CAPTION_STEP = 0.88
_ANSWER_STEP = 1.25
_SMALLEST_POINTS = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Theme:
    """The colours of one scheme. A value: safe on any thread."""

    name: Literal["dark", "light"]
    window: QColor
    panel: QColor
    raised: QColor
    hairline: QColor
    text: QColor
    text_dim: QColor
    accent: QColor
    accent_text: QColor
    ink: QColor
    paper: QColor
    warning: QColor
    negative: QColor
    positive: QColor
    weight_lut: Lut
    activation_lut: Lut
    signed_activation_lut: Lut
    picture_lut: Lut
    input_lut: Lut
    output_lut: Lut
    red_lut: Lut
    green_lut: Lut
    blue_lut: Lut
    classic_lut: Lut

    def lut(self, role: str, signed: bool) -> Lut:
        """Choose the colour table of a map by the role of its TileSet and by its sign."""
        if role == "picture":
            return self.picture_lut
        if role == "weight":
            return self.weight_lut
        return self.signed_activation_lut if signed else self.activation_lut


def _rgb(hex_colour: str) -> Rgb:
    colour = QColor(hex_colour)
    return colour.red(), colour.green(), colour.blue()


def _make_theme(
    name: Literal["dark", "light"],
    colours: dict[str, str],
    *,
    violet: str,
    full: str,
    channels: tuple[str, str, str],
) -> Theme:
    # A signed output channel uses the positive half of the ReLU table, so that a ReLU is
    # seen to take the violet away and to leave the rest as it was.
    panel = _rgb(colours["panel"])
    return Theme(
        name=name,
        **{role: QColor(colour) for role, colour in colours.items()},
        weight_lut=diverging_lut(_rgb(colours["negative"]), panel, _rgb(colours["positive"])),
        activation_lut=one_sided_lut(panel, _rgb(full)),
        signed_activation_lut=diverging_lut(_rgb(violet), panel, _rgb(full)),
        picture_lut=one_sided_lut(_rgb(colours["paper"]), _rgb(colours["ink"])),
        # Convolve's own: input channels blue, output channels green, violet where they are negative.
        input_lut=one_sided_lut(panel, _rgb(colours["negative"])),
        output_lut=diverging_lut(_rgb(violet), panel, _rgb(colours["accent"])),
        red_lut=one_sided_lut(panel, _rgb(channels[0])),
        green_lut=one_sided_lut(panel, _rgb(channels[1])),
        blue_lut=one_sided_lut(panel, _rgb(channels[2])),
        # Text books print −1 black, 0 grey, 1 white.
        classic_lut=diverging_lut((0, 0, 0), (128, 128, 128), (255, 255, 255)),
    )


DARK = _make_theme(
    "dark",
    {
        "window": "#16181c",
        "panel": "#1c2026",
        "raised": "#262b32",
        "hairline": "#30363e",
        "text": "#e4e6e9",
        "text_dim": "#949ba5",
        "accent": "#4fc08d",
        "accent_text": "#0d1a13",
        "ink": "#f5f0e6",
        "paper": "#14161a",
        "warning": "#e2b34a",
        "negative": "#5fa3fb",
        "positive": "#e88630",
    },
    violet="#be9df7",
    full="#f5f0e6",
    channels=("#f0685a", "#57b85c", "#5fa3fb"),
)
LIGHT = _make_theme(
    "light",
    {
        "window": "#f0f2f4",
        "panel": "#fcfcfd",
        "raised": "#ffffff",
        "hairline": "#d6d9dd",
        "text": "#1b1d21",
        "text_dim": "#5f666f",
        "accent": "#137a46",
        "accent_text": "#ffffff",
        "ink": "#16171b",
        "paper": "#ffffff",
        "warning": "#8a5a00",
        "negative": "#2670d3",
        "positive": "#b0581a",
    },
    violet="#622cb5",
    full="#16171b",
    channels=("#c0392b", "#1e7d32", "#2670d3"),
)


class ThemeManager(QObject):
    """Chooses the theme and dresses the application in it. GUI thread only."""

    changed = Signal(object)
    """The new Theme, after the application's palette was set."""

    def __init__(self, mode: Mode = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mode: Mode = mode
        self._app: QApplication | None = None
        self._theme = self._wanted()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)

    @property
    def theme(self) -> Theme:
        """The theme that is on screen now."""
        return self._theme

    @property
    def mode(self) -> Mode:
        """What the person chose: "system", "light" or "dark"."""
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """Follow the system, or stay light or dark, at once."""
        self._mode = mode
        # Title bars and native dialogs follow the hint where the platform lets them.
        QGuiApplication.styleHints().setColorScheme(
            {
                "system": Qt.ColorScheme.Unknown,
                "light": Qt.ColorScheme.Light,
                "dark": Qt.ColorScheme.Dark,
            }[mode]
        )
        self._refresh()

    def apply(self, app: QApplication) -> None:
        """Dress `app`: the Fusion style, our palette and one short style sheet."""
        self._app = app
        app.setStyle(QStyleFactory.create("Fusion"))
        # Some desktops leave them out of the menus at the pointer, where they would be learned.
        app.styleHints().setShowShortcutsInContextMenus(True)
        self._dress()

    def _wanted(self) -> Theme:
        if self._mode == "system":
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
            return DARK if dark else LIGHT
        return DARK if self._mode == "dark" else LIGHT

    def _refresh(self) -> None:
        wanted = self._wanted()
        if wanted is self._theme:
            return
        self._theme = wanted
        self._dress()
        self.changed.emit(wanted)

    def _dress(self) -> None:
        if self._app is not None:
            self._app.setPalette(palette_of(self._theme))
            self._app.setStyleSheet(style_sheet_of(self._theme))

    def _on_scheme_changed(self) -> None:
        self._refresh()


def palette_of(theme: Theme) -> QPalette:
    """Make the Qt palette of a theme."""
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: theme.panel,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.raised,
        QPalette.ColorRole.AlternateBase: theme.panel,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.text_dim,
        QPalette.ColorRole.Button: theme.raised,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.BrightText: theme.warning,
        QPalette.ColorRole.ToolTipBase: theme.raised,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.Highlight: theme.accent,
        QPalette.ColorRole.HighlightedText: theme.accent_text,
        QPalette.ColorRole.Accent: theme.accent,
        QPalette.ColorRole.Link: theme.accent,
        QPalette.ColorRole.LinkVisited: theme.accent,
        QPalette.ColorRole.Mid: theme.hairline,
    }
    for role, colour in roles.items():
        palette.setColor(role, colour)
    faint = mixed(theme.text_dim, theme.panel, 0.4)
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, faint)
    palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, theme.hairline)
    return palette


def style_sheet_of(theme: Theme) -> str:
    """Make the style sheet: only what Fusion and a palette cannot say."""
    hover = mixed(theme.raised, theme.text, 0.08)
    faint = mixed(theme.text_dim, theme.panel, 0.4)
    # A style sheet takes pictures from files only; each is in its theme's `accent_text`.
    tick = resource_path("ticks", f"{theme.name}.svg").as_posix()
    return f"""
QPushButton, QToolButton {{
  background: {theme.raised.name()}; color: {theme.text.name()};
  border: 1px solid {theme.hairline.name()}; border-radius: {RADIUS}px; padding: 4px 8px;
}}
QToolButton {{ padding: 4px; }}
QPushButton:hover, QToolButton:hover {{ background: {hover.name()}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {theme.hairline.name()}; }}
QPushButton:focus, QToolButton:focus {{ border-color: {theme.text_dim.name()}; }}
QPushButton:checked, QToolButton:checked {{
  border-color: {theme.accent.name()}; color: {theme.accent.name()};
}}
QPushButton:disabled, QToolButton:disabled {{
  color: {faint.name()}; background: {theme.panel.name()};
}}
QPushButton[primary="true"]:enabled, QToolButton[primary="true"]:enabled {{
  background: {theme.accent.name()}; color: {theme.accent_text.name()};
  border-color: {theme.accent.name()};
}}
QToolButton[flat="true"] {{ background: transparent; border-color: transparent; }}
QToolButton[flat="true"]:hover {{ background: {hover.name()}; }}
QToolButton[flat="true"]:focus {{ border-color: {theme.text_dim.name()}; }}
QCheckBox::indicator {{
  width: 12px; height: 12px; border: 1px solid {theme.text_dim.name()}; border-radius: 3px;
  background: {theme.window.name()};
}}
QCheckBox::indicator:checked {{
  background: {theme.accent.name()}; border-color: {theme.accent.name()}; image: url("{tick}");
}}
QCheckBox::indicator:focus {{ border-color: {theme.text.name()}; }}
QCheckBox::indicator:disabled {{ border-color: {theme.hairline.name()}; }}
QCheckBox::indicator:checked:disabled {{ background: {theme.hairline.name()}; }}
QLabel[role="dim"] {{ color: {theme.text_dim.name()}; }}
QLabel[role="warning"] {{ color: {theme.warning.name()}; }}
QToolTip {{
  background: {theme.raised.name()}; color: {theme.text.name()};
  border: 1px solid {theme.hairline.name()}; padding: 4px;
}}
QSplitter::handle {{ background: {theme.hairline.name()}; }}
QSplitter::handle:horizontal {{ width: 1px; }}
QSplitter::handle:vertical {{ height: 1px; }}
QScrollBar {{ background: transparent; width: 12px; height: 12px; }}
QScrollBar::handle {{
  background: {theme.hairline.name()}; border-radius: 3px; margin: 3px;
  min-width: 24px; min-height: 24px;
}}
QScrollBar::handle:hover {{ background: {faint.name()}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QScrollArea, QGraphicsView {{ border: none; background: transparent; }}
"""


def mixed(first: QColor, second: QColor, share: float) -> QColor:
    """Mix two colours; `share` 0 is the first, 1 the second."""
    return QColor.fromRgbF(
        first.redF() + share * (second.redF() - first.redF()),
        first.greenF() + share * (second.greenF() - first.greenF()),
        first.blueF() + share * (second.blueF() - first.blueF()),
    )


def text_on(background: Rgb) -> QColor:
    """Choose black or white for text on `background`: one of the two always reaches 4.5 : 1."""
    choices = (QColor(0, 0, 0), QColor(255, 255, 255))
    return max(choices, key=lambda choice: contrast(choice, QColor(*background)))


def contrast(first: QColor, second: QColor) -> float:
    """Tell the WCAG contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: QColor) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = linear(colour.redF()), linear(colour.greenF()), linear(colour.blueF())
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def caption_font() -> QFont:
    """Set a font one step smaller than the system's font, with tabular figures."""
    return _stepped(_CAPTION_STEP)


def answer_font() -> QFont:
    """Set a font one step larger than the system's font, with tabular figures."""
    return _stepped(_ANSWER_STEP)


def heading_font() -> QFont:
    """Set the system's font half bold, at its size, for the title of a panel."""
    font = QGuiApplication.font()
    font.setWeight(QFont.Weight.DemiBold)
    return font


def tabular(font: QFont) -> QFont:
    """Copy `font` with figures of equal width, so that a changing number does not move."""
    copy = QFont(font)
    copy.setFeature(QFont.Tag("tnum"), 1)
    return copy


def _stepped(step: float) -> QFont:
    font = QGuiApplication.font()
    font.setPointSizeF(max(_SMALLEST_POINTS, QFontInfo(font).pointSizeF() * step))
    return tabular(font)
