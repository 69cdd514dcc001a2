"""Autosave of runs that end, and go on with another session, while they are asked."""

from types import SimpleNamespace

import pytest

from engine.formats.run_folder import read_run_folder
from engine.project import Project, ProjectContent, ProjectRun
from engine.session import TrainingSession
from engine.session_messages import SaveRun
from gui.autosave import Autosave
from gui.run_book import RunEntry, RunInfo
from tests.gui.test_bridge import CONFIG, SPEC, make_split


@pytest.fixture
def make():
    sessions = []

    def build(record=None):
        split = make_split()
        sessions.append(TrainingSession(SPEC, CONFIG, split.train, test_data=split.test, record=record))
        return sessions[-1]

    yield build
    for session in sessions:
        session.close()


def test_a_run_that_goes_on_with_another_session_is_saved_by_that(make, qapp, qtbot, tmp_path, monkeypatch):
    first = make()
    first.step()
    qtbot.waitUntil(lambda: first.step_count == 1, timeout=20_000)
    entry = RunEntry(first, RunInfo("Run 1", "test", "embedded", make_split(), SPEC, CONFIG))
    parts = SimpleNamespace(
        runs=lambda: (entry,),
        project=lambda changed: Project((ProjectRun(entry.key, "Run 1"),)),
        take=lambda project: lambda: ProjectContent(project),
        waiting=(),
    )
    autosave = Autosave(parts, qapp)
    autosave.know_folder(tmp_path / "working")
    # As of a run that was told to stop before.
    send = first.send
    monkeypatch.setattr(first, "send", lambda c: None if isinstance(c, SaveRun) else send(c))
    with qtbot.waitSignal(autosave.saved, timeout=20_000):
        autosave.begin(1.0)
        first.close(keep_tape=True)
        entry.session = make(first.record())
        entry.session.step()
        assert entry.session.is_alive
    record, data = read_run_folder(tmp_path / "working" / "runs" / entry.key)
    assert (record.name, data) == ("Run 1", "embedded")
    assert record.state.position.step >= 1
    autosave.close()
    autosave.deleteLater()
