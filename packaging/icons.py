"""Draw the program's and its files' icons in all sizes, from the SVGs.

Usage: ``python packaging/icons.py FOLDER``. Makes ``FOLDER/SIZE/NAME.png`` for every size, and one file of
all sizes for Windows (``filterscope.ico``) and for macOS (``filterscope.icns``).
"""

import os
import struct
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ROOT = Path(__file__).resolve().parent.parent
SOURCES = {
    "filterscope": ROOT / "resources" / "icons" / "filterscope.svg",
    "project": ROOT / "packaging" / "linux" / "project.svg",
    "network": ROOT / "packaging" / "linux" / "network.svg",
}
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
# What Windows shows in lists, on the desktop and large.
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
# The four-letter names of PNG entries in Apple's icon files, by size in pixels.
ICNS_TYPES = {16: b"icp4", 32: b"icp5", 64: b"icp6", 128: b"ic07", 256: b"ic08", 512: b"ic09"}


def draw(source: Path, size: int) -> bytes:
    """Draw an SVG as a PNG, square, `size` pixels wide."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(source)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """Put PNGs, by size, into one icon file of Windows."""
    head = struct.pack("<HHH", 0, 1, len(pictures))
    offset = len(head) + 16 * len(pictures)
    rows = b""
    for size, png in pictures.items():
        # A size of 256 is written as 0.
        rows += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), offset)
        offset += len(png)
    return head + rows + b"".join(pictures.values())


def icns(pictures: dict[int, bytes]) -> bytes:
    """Put PNGs, by size, into one icon file of macOS."""
    entries = b"".join(
        ICNS_TYPES[size] + struct.pack(">I", 8 + len(png)) + png for size, png in pictures.items()
    )
    return b"icns" + struct.pack(">I", 8 + len(entries)) + entries


def main(folder: Path) -> int:
    """Write all icons below `folder`; gives the exit code."""
    app = QGuiApplication.instance() or QGuiApplication([])
    for name, source in SOURCES.items():
        for size in SIZES:
            path = folder / str(size) / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(draw(source, size))
    program = {size: draw(SOURCES["filterscope"], size) for size in {*ICO_SIZES, *ICNS_TYPES}}
    (folder / "filterscope.ico").write_bytes(ico({size: program[size] for size in ICO_SIZES}))
    (folder / "filterscope.icns").write_bytes(icns({size: program[size] for size in ICNS_TYPES}))
    app.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
