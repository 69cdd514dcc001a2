"""Opening a dialog that is not modal."""

from PySide6.QtWidgets import QDialog


def bring(dialog: QDialog) -> None:
    """Show a dialog, in front of all others."""
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
