"""Projects for tests: two small runs, a drawing, probes, kernels and notes."""

import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from engine import TrainingConfig
from engine.drawing import Drawing, Stroke
from engine.formats.library_json import library_to_json
from engine.formats.project import make_project_folder, run_folder, write_project
from engine.formats.run_folder import RunFolder
from engine.history import STEP_FIELDS
from engine.lab.values import Filter
from engine.project import Project, ProjectContent, ProjectDrawing, ProjectRun
from engine.session import KnobChanged, SessionRecord, TrainingSession
from tests.engine.network_samples import SMALL, digits_like

DATA = digits_like(96)
CONFIG = TrainingConfig(epochs=3, batch_size=32, learning_rate=0.01, seed=5)
SEVEN = Drawing((Stroke(((0.3, 0.2, 0.09), (0.7, 0.2, 0.09), (0.5, 0.8, 0.09))),), name="seven")


class Training:
    """A run that goes on by as many steps as one likes, without a thread, and recorded like every run."""

    def __init__(self, config: TrainingConfig = CONFIG, name: str = "Run 1") -> None:
        self.session = TrainingSession(SMALL, config, DATA, test_data=DATA, name=name)
        self._reports = self.session._trainer.run(DATA)

    def record_after(self, steps: int) -> SessionRecord:
        """Train so many steps more, and give the run."""
        session = self.session
        for _ in range(steps):
            report = next(self._reports)
            session.steps.append(
                report.step, report.epoch, report.loss, report.accuracy, report.learning_rate
            )
            session._recorder.note_step()
        session._recorder.note_event(KnobChanged(session.step_count, "learning_rate", 0.1, 0.2))
        return session.record()


def png(side: int = 4) -> bytes:
    """Make a small grey picture."""

    def chunk(name: bytes, content: bytes) -> bytes:
        body = name + content
        return len(content).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    size = side.to_bytes(4, "big")
    rows = zlib.compress((b"\0" + bytes(side)) * side)
    header = chunk(b"IHDR", size + size + bytes((8, 0, 0, 0, 0)))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def content_of(*ids: str) -> ProjectContent:
    """Make a project with something in every place, and runs of these ids."""
    runs = tuple(
        ProjectRun(
            key, f"Run {number}", "the first try", number, *(("run-1", "Run 1", 3) if number > 1 else ())
        )
        for number, key in enumerate(ids, 1)
    )
    return ProjectContent(
        Project(
            runs,
            ids[-1] if ids else "",
            4,
            {"layer": "conv1", "channel": 2, "pixel": (1, 3), "label": None},
            "What I saw: edges by step 200.\nÉ × “7”",
            1_700_000_000.5,
            1_700_000_100.0,
        ),
        {"canvas": ProjectDrawing(SEVEN, png())},
        '{"version":1,"probes":[]}',
        library_to_json([Filter("top edge", np.arange(9.0).reshape(1, 3, 3))]),
    )


def make_project(folder: Path, steps: Mapping[str, int] | None = None) -> ProjectContent:
    """Write a project with runs of so many steps by their ids."""
    make_project_folder(folder)
    lengths = {"run-1": 5, "run-2": 2} if steps is None else steps
    for key, count in lengths.items():
        RunFolder(run_folder(folder, key)).write(Training(name=key).record_after(count), data="embedded")
    content = content_of(*lengths)
    write_project(folder, content)
    return content


def assert_same_run(found: SessionRecord, wanted: SessionRecord) -> None:
    """Compare two runs to the bit."""
    assert (found.name, found.spec, found.config) == (wanted.name, wanted.spec, wanted.config)
    assert found.state.position == wanted.state.position
    for mine, other in (
        (found.state.parameters.vector, wanted.state.parameters.vector),
        (found.initial.vector, wanted.initial.vector),
        (found.steps, wanted.steps),
        (found.tests, wanted.tests),
    ):
        np.testing.assert_array_equal(mine, other)
    assert found.steps.dtype == STEP_FIELDS
    assert found.recording is not None
    assert wanted.recording is not None
    for mine, other in ((found.recording, wanted.recording),):
        assert mine.events == other.events
        assert (mine.tape.steps, mine.tape.gaps) == (other.tape.steps, other.tape.gaps)
        np.testing.assert_array_equal(np.stack(mine.tape.items), np.stack(other.tape.items))
        assert mine.states is not None
        assert other.states is not None
        assert (mine.states.steps, mine.states.gaps) == (other.states.steps, other.states.gaps)
        for state, same in zip(mine.states.items, other.states.items, strict=True):
            assert state.position == same.position
            np.testing.assert_array_equal(state.parameters.vector, same.parameters.vector)
            assert state.optimizer.keys() == same.optimizer.keys()
            for name, value in state.optimizer.items():
                np.testing.assert_array_equal(value, same.optimizer[name])


def content_of_folder(folder: Path) -> dict[str, bytes]:
    """Give all files below a folder by their names."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
