"""Takes what is dropped or pasted on Convolve: kernels and pictures."""

from PySide6.QtCore import QEvent, QMimeData, QObject
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from gui.pad.picture_reading import is_picture_name
from gui.pages.convolve.kernel_mime import kernel_of
from gui.pages.convolve.lab_control import LabControl
from gui.pages.convolve.picture_sources import picture_file


class LabReception(QObject):
    """Hands kernels to the selected filter, and pictures to the input. GUI thread only.

    Parameters
    ----------
    page
        Where things fall, and where Paste is pressed.
    """

    def __init__(self, page: QWidget, control: LabControl) -> None:
        super().__init__(page)
        self._control = control
        page.setAcceptDrops(True)
        page.installEventFilter(self)

    def can_take(self, data: QMimeData) -> bool:
        """Tell whether something is of use here: a kernel or a picture; other files are the window's."""
        path = picture_file(data)
        if path is not None:
            return is_picture_name(path)
        return kernel_of(data) is not None or data.hasImage()

    def take(self, data: QMimeData) -> None:
        """Take a kernel into the selected filter, or a picture as the input."""
        kernel = kernel_of(data)
        path = picture_file(data)
        if kernel is not None:
            self._control.put_kernel(*kernel)
        elif path is not None:
            self._control.open_picture(path)
        else:
            self._control.take_picture(data)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take drops, and Paste before the Pad takes it, while there is something of use."""
        match event:
            case QDropEvent() if event.type() == QEvent.Type.Drop:
                event.acceptProposedAction()
                self.take(event.mimeData())
                return True
            case QDragEnterEvent():
                if self.can_take(event.mimeData()):
                    event.acceptProposedAction()
                    return True
            case QKeyEvent() if event.matches(QKeySequence.StandardKey.Paste):
                # None, against its description, where nothing was ever copied.
                data: QMimeData | None = QGuiApplication.clipboard().mimeData()
                if data is not None and self.can_take(data):
                    event.accept()
                    if event.type() == QEvent.Type.KeyPress:
                        self.take(data)
                    return True
        return False
