"""Our own line icons, tinted with a colour of the theme."""

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from resources import resource_path

ICON_FOLDER = resource_path("icons")
APP_ICON = "filterscope"

# One drawing per scale that desktops offer, so that no icon is ever stretched.
_SCALES = (1.0, 1.25, 1.5, 1.75, 2.0, 3.0)
# Opacity of the lines on a button that cannot be pressed.
_DISABLED_SHARE = 0.35
_APP_SIDES_PX = (16, 24, 32, 48, 64, 128, 256)


def icon_names() -> tuple[str, ...]:
    """List the names that `icon` knows, in alphabetical order."""
    return tuple(sorted(path.stem for path in ICON_FOLDER.glob("*.svg") if path.stem != APP_ICON))


def icon(name: str, colour: QColor, size: int = 24) -> QIcon:
    """Draw an icon in one colour.

    Parameters
    ----------
    name : str
        The name of a file in resources/icons, without its ending.
    colour : QColor
        The colour of the lines.
    size : int
        Side in logical pixels; it is drawn sharply at every usual scale.

    Raises
    ------
    KeyError
        There is no icon of that name.
    """
    return _icon(name, colour.rgba(), size)


@cache
def app_icon() -> QIcon:
    """Draw the program's own icon, at every size that a desktop asks for."""
    drawing = QSvgRenderer(QByteArray((ICON_FOLDER / f"{APP_ICON}.svg").read_bytes()))
    result = QIcon()
    for side in _APP_SIDES_PX:
        result.addPixmap(_pixmap(drawing, side))
    return result


@lru_cache(maxsize=512)
def _icon(name: str, rgba: int, size: int) -> QIcon:
    colour = QColor.fromRgba(rgba)
    result = QIcon()
    # What Qt makes of a light line for a disabled button is hardly darker than the line.
    for mode, share in ((QIcon.Mode.Normal, 1.0), (QIcon.Mode.Disabled, _DISABLED_SHARE)):
        tint = f'{colour.name()}" stroke-opacity="{share * colour.alphaF():.3f}'
        drawing = QSvgRenderer(QByteArray(_source(name).replace("currentColor", tint).encode()))
        for scale in _SCALES:
            pixmap = _pixmap(drawing, round(size * scale))
            pixmap.setDevicePixelRatio(scale)
            result.addPixmap(pixmap, mode)
    return result


@cache
def _source(name: str) -> str:
    try:
        return (ICON_FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise KeyError(f"an icon in {ICON_FOLDER.name} was wanted, got {name!r}") from None


def _pixmap(drawing: QSvgRenderer, side_px: int) -> QPixmap:
    pixmap = QPixmap(side_px, side_px)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    drawing.render(painter, QRectF(0, 0, side_px, side_px))
    painter.end()
    return pixmap
