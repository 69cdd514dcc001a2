"""Run main.py and keep writing, for a test outside, where the canvas is and what is read.

Usage: ``python reporting_main.py REPORT.json [arguments of main.py]``
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
INTERVAL_MS = 100


def _report(path: Path) -> None:
    """Write the canvas's rectangle on the screen and the class probabilities."""
    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QApplication, QWidget

    windows: list[Any] = [w for w in QApplication.topLevelWidgets() if hasattr(w, "classify")]
    for window in windows:
        canvas = window.findChild(QWidget, "canvas")
        if not canvas.isVisible():
            continue
        corner = canvas.mapToGlobal(QPoint(0, 0))
        state = {
            "canvas": [corner.x(), corner.y(), canvas.width(), canvas.height()],
            "probabilities": [float(value) for value in window.classify()],
        }
        unfinished = path.with_suffix(".new")
        unfinished.write_text(json.dumps(state))
        os.replace(unfinished, path)


def main() -> None:
    """Start the program, with a timer beside it that reports."""
    path = Path(sys.argv.pop(1))
    sys.path.insert(0, str(ROOT))
    from PySide6.QtCore import QCoreApplication, QTimer
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QApplication

    import main as program

    execute = QApplication.exec

    def execute_and_report(*_arguments: object) -> int:
        timer = QTimer()
        timer.timeout.connect(lambda: _report(path))
        timer.start(INTERVAL_MS)
        return execute()

    for kind in (QCoreApplication, QGuiApplication, QApplication):
        kind.exec = execute_and_report  # type: ignore[method-assign]
    sys.exit(program.main())


if __name__ == "__main__":
    main()
