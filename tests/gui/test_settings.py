"""Preferences on disk, the program's folders, the log file and the window's place."""

import json
import logging
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.log import LOG_FILE, start_log, stop_log
from gui.settings import (
    Preferences,
    PreferencesStore,
    folders,
    read_preferences,
    write_preferences,
)
from gui.window_state import reachable, restore_window, save_window, window_settings


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    value = Preferences(theme="dark", brush=0.05, pressure=False, splitter=(1, 2, 3))
    write_preferences(tmp_path / "deep" / "p.json", value)
    assert read_preferences(tmp_path / "deep" / "p.json") == value


def test_a_missing_file_means_defaults_without_a_word(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert read_preferences(tmp_path / "p.json") == Preferences()
    assert not caplog.records


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"null"])
def test_a_bad_file_means_defaults_and_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    path = tmp_path / "p.json"
    path.write_bytes(content)
    assert read_preferences(path) == Preferences()
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_one_bad_value_costs_only_itself_and_unknown_keys_are_ignored(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"theme": "pink", "brush": 0.03, "colour": 1}))
    assert read_preferences(path) == Preferences(brush=0.03)
    assert "theme" in caplog.text


def test_a_failed_write_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "p.json"
    write_preferences(path, Preferences(brush=0.03))

    def full_disk(handle: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="no space"):
        write_preferences(path, Preferences(brush=0.09))
    assert read_preferences(path).brush == 0.03
    assert [item.name for item in tmp_path.iterdir()] == ["p.json"]


def test_the_store_saves_by_itself_after_a_change(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    store = PreferencesStore(path)
    with qtbot.waitSignal(store.changed):
        store.update(Preferences(page="train"))
    qtbot.waitUntil(path.exists)
    assert read_preferences(path).page == "train"


def test_an_unwritable_folder_is_only_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    store = PreferencesStore(tmp_path / "file" / "p.json")
    store.update(Preferences(page="train"))
    store.flush()
    assert "not saved" in caplog.text


def test_all_folders_move_below_the_home_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILTERSCOPE_HOME", str(tmp_path))
    found = folders()
    for folder in (found.config, found.data, found.cache, found.log):
        assert folder.parent == tmp_path


def test_the_log_goes_to_a_file_and_not_to_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = start_log(tmp_path / "log")
    try:
        logging.getLogger("engine.trainer").warning("loss is %s", "high")
    finally:
        stop_log()
    assert path is not None
    assert "loss is high" in path.read_text(encoding="utf-8")
    assert capfd.readouterr() == ("", "")


def test_a_long_log_is_rotated_and_old_parts_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gui.log.LOG_BYTES", 2000)
    start_log(tmp_path)
    try:
        for index in range(400):
            logging.getLogger("gui").warning("number %d", index)
    finally:
        stop_log()
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == [LOG_FILE, f"{LOG_FILE}.1", f"{LOG_FILE}.2"]
    assert all(path.stat().st_size <= 2000 for path in files)
    assert "number 399" in files[0].read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="every system has folders of its own")
def test_settings_and_log_are_where_the_system_keeps_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FILTERSCOPE_HOME")
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    found = folders()
    assert found.config == tmp_path / "CONFIG" / "Filterscope"
    assert found.log.is_relative_to(tmp_path / "STATE" / "Filterscope")


def test_a_log_folder_that_cannot_be_made_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert start_log(tmp_path / "file" / "log") is None
    stop_log()


AREA = QRect(0, 0, 1920, 1080)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (QRect(100, 100, 1280, 720), QRect(100, 100, 1280, 720)),
        (QRect(3000, 100, 1280, 720), QRect(320, 180, 1280, 720)),
        (QRect(100, -500, 1280, 720), QRect(320, 180, 1280, 720)),
        (QRect(-1200, 0, 1280, 720), QRect(320, 180, 1280, 720)),
        (QRect(5000, 5000, 4000, 3000), AREA),
    ],
    ids=["seen", "screen gone", "above the screen", "left of the screen", "too large"],
)
def test_a_window_comes_back_where_its_title_can_be_grabbed(wanted: QRect, expected: QRect) -> None:
    assert reachable(wanted, [AREA]) == expected


def test_the_window_keeps_its_place(qtbot: QtBot, tmp_path: Path) -> None:
    settings = window_settings(tmp_path)
    window = QWidget()
    qtbot.addWidget(window)
    window.setGeometry(40, 50, 500, 400)
    save_window(window, settings)
    other = QWidget()
    qtbot.addWidget(other)
    restore_window(other, window_settings(tmp_path))
    assert other.geometry() == window.geometry()
