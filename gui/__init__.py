"""The window: PySide6 widgets and pyqtgraph panels around the engine."""
