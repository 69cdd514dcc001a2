"""Opening and saving networks, and sorting out what a file that was dropped is."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.errors import EngineError, reason_of
from engine.formats.keras_script import keras_script
from engine.formats.model import save_model
from engine.formats.onnx_export import save_onnx
from engine.formats.opening import NETWORK_SUFFIXES, ONNX, is_network_name, open_network
from engine.formats.project_file import is_project_name
from engine.formats.pytorch_script import pytorch_script
from gui.instrument import Instrument
from gui.pad.transfer import Transfer
from gui.shipped import ShippedNetwork

SUFFIX = ".safetensors"
SCRIPTS = {"PyTorch": pytorch_script, "Keras": keras_script}
NETWORKS = f"Networks ({' '.join(f'*{suffix}' for suffix in NETWORK_SUFFIXES)})"


class Files(QObject):
    """Opens what a person chooses, drops or names; on any failure one sentence, and nothing changes.

    `card` is that of the network that is not of a run, at first the first of the `shipped` ones.
    """

    def __init__(
        self,
        window: QWidget,
        instrument: Instrument,
        transfer: Transfer,
        say: Callable[..., None],
        shipped: Sequence[ShippedNetwork],
    ) -> None:
        super().__init__(window)
        self._window, self._instrument, self._transfer, self._say = window, instrument, transfer, say
        self._shipped = tuple(shipped)
        self.card: Mapping[str, Any] = self._shipped[0].model.card
        self.open_project: Callable[[Path], bool] = lambda path: False
        """What is done with a project's file."""

    def reactions(self) -> Mapping[str, Callable[[], Any]]:
        """What the window's commands of these names do."""
        return {
            "open_network": self.ask_for_file,
            **{
                f"{network.name.lower()}_network": partial(self.open_shipped, index)
                for index, network in enumerate(self._shipped)
            },
            "save_network": self.ask_where_to_save,
            "copy_pytorch": partial(self.copy_script, "PyTorch"),
            "copy_keras": partial(self.copy_script, "Keras"),
        }

    def open_shipped(self, index: int) -> None:
        """Answer with one of the networks that came with the program."""
        chosen = self._shipped[index]
        self.card = chosen.model.card
        self._instrument.open_model(chosen.model, chosen.name)

    def open(self, path: Path) -> bool:
        """Open a project or a network by its suffix, anything else as a drawing or a picture.

        Tells whether it could; what comes of a project is told later.
        """
        if is_project_name(path):
            return self.open_project(path)
        if not is_network_name(path):
            return self._transfer.open_file(path)
        try:
            model = open_network(path)
        except EngineError as error:
            self._say(str(error), warning=True)
            return False
        if model.spec.input_shape[1:] != (28, 28):
            h, w = model.spec.input_shape[1:]
            self._say(
                f"“{path.name}” must read pictures of 28 × 28, like the canvas's, got {h} × {w}.",
                warning=True,
            )
            return False
        self.card = model.card
        self._instrument.open_model(model, path.stem)
        self._say(f"“{path.stem}” answers now.")
        return True

    def can_take(self, data: QMimeData) -> bool:
        """Tell whether a drop is of any use: a project, a network, a drawing or a picture."""
        path = _local_file(data)
        known = path is not None and (is_network_name(path) or is_project_name(path))
        return known or self._transfer.can_take(data)

    def take(self, data: QMimeData) -> None:
        """Open what was dropped."""
        path = _local_file(data)
        if path is None:
            self._transfer.take(data)
        else:
            self.open(path)

    def save(self, path: Path) -> None:
        """Write the network that answers the Pad, as ONNX if its name says so."""
        subject = self._instrument.answering
        card = {"name": path.stem, "source": subject.source}
        if subject.step is not None:
            card["step"] = str(subject.step)
        elif self.card:
            card = dict(self.card)
        write = save_onnx if path.suffix.lower() == ONNX else save_model
        try:
            write(path, subject.spec, subject.parameters, card=card)
        except OSError as error:
            reason = reason_of(error)
            self._say(f"“{path.name}” cannot be written: {reason}.", warning=True)
            return
        except EngineError as error:
            self._say(str(error), warning=True)
            return
        self._say(f"{subject.source} saved as “{path.name}”.")

    def copy_script(self, library: str) -> None:
        """Copy a script that builds the network that answers in another library: "PyTorch" or "Keras"."""
        subject = self._instrument.answering
        weights = _file_name(subject.source)
        try:
            text = SCRIPTS[library](subject.spec, weights)
        except EngineError as error:
            self._say(str(error), warning=True)
            return
        QGuiApplication.clipboard().setText(text)
        self._say(f"A {library} script is copied; it reads “{weights}” beside it: save the network as that.")

    def ask_for_file(self) -> None:
        """Ask which network to open."""
        dialog = self._dialog("Open network")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.open(Path(name)))
        dialog.open()

    def ask_where_to_save(self) -> None:
        """Ask where to save the network that answers."""
        dialog = self._dialog("Save network")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX)
        dialog.selectFile(_file_name(self._instrument.answering.source))
        dialog.fileSelected.connect(lambda name: self.save(Path(name)))
        dialog.open()

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilters([NETWORKS, "All files (*)"])
        return dialog


def _file_name(source: str) -> str:
    return f"{source.lower().replace(' ', '-')}{SUFFIX}"


def _local_file(data: QMimeData) -> Path | None:
    return next((Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()), None)
