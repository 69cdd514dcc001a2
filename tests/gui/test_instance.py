"""One window for each person and screen: who is first, who hands over, and what survives a crash."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui import instance
from gui.instance import Place, Request, meet, meeting_place, read_request

ROOT = Path(__file__).parents[2]
# Takes the lock of the place that is named, says so, and waits to be killed.
FIRST_START = """
import sys, time
from pathlib import Path
from gui.instance import Place, meet
assert meet(None, Place(Path(sys.argv[1]), Path(sys.argv[2]))).claim
print("first", flush=True)
time.sleep(60)
"""


@pytest.fixture(params=["unix", "port"])
def place(request, tmp_path_factory, monkeypatch) -> Place:
    """A place to meet, by a Unix socket and as on Windows, which has none."""
    monkeypatch.setattr(instance, "HAS_UNIX_SOCKETS", request.param == "unix")
    folder = tmp_path_factory.mktemp("p")
    return Place(folder / "f.lock", folder / "f.socket")


@pytest.fixture
def first(place: Place) -> Iterator[instance.Claim]:
    """The claim of a first start."""
    claim = meet(None, place).claim
    assert claim is not None
    yield claim
    claim.release()


def answering(claim: instance.Claim, answer: bytes) -> tuple[threading.Thread, list[bytes]]:
    """Answer the next call from a thread, and keep what it said."""
    heard: list[bytes] = []
    claim.listener.setblocking(True)

    def serve() -> None:
        line, _ = claim.listener.accept()
        with line:
            heard.append(line.recv(instance.MOST_BYTES))
            line.send(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread, heard


def test_the_second_start_hands_its_file_over(first, place, tmp_path):
    thread, heard = answering(first, instance.TAKEN)
    wanted = Request("train", tmp_path / "seven.png", None, "token")
    meeting = meet(wanted, place)
    thread.join()
    assert meeting.handed_over
    assert meeting.claim is None
    assert read_request(heard[0]) == (wanted, first.secret)


def test_a_start_that_wants_a_window_of_its_own_gets_one_beside_the_first(first, place):
    started = time.monotonic()
    assert meet(None, place) == instance.Meeting()
    assert time.monotonic() - started < 1


def test_a_refused_start_opens_its_own_window_at_once(first, place):
    thread, _ = answering(first, instance.REFUSED)
    started = time.monotonic()
    assert meet(Request(), place) == instance.Meeting()
    thread.join()
    assert time.monotonic() - started < instance.PATIENCE_SECONDS / 2


def test_a_first_window_that_hangs_does_not_keep_the_second_from_opening(first, place):
    started = time.monotonic()
    assert meet(Request(), place, patience=0.3) == instance.Meeting()
    assert 0.25 < time.monotonic() - started < 3


def test_a_window_that_closes_leaves_no_files_and_makes_room_for_the_next(place):
    for _ in range(2):
        claim = meet(Request(), place).claim
        assert claim is not None
        claim.release()
        claim.release()
        assert list(place.lock.parent.iterdir()) == []


def test_a_start_during_the_closing_of_the_first_becomes_the_first(first, place):
    threading.Timer(0.2, first.release).start()
    first.listener.close()
    claim = meet(Request(), place).claim
    assert claim is not None
    claim.release()


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process")
def test_a_crashed_first_start_is_no_obstacle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("p")
    place = Place(folder / "f.lock", folder / "f.socket")
    arguments = [sys.executable, "-c", FIRST_START, str(place.lock), str(place.socket)]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "first\n"
        assert meet(None, place) == instance.Meeting()
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert {path.name for path in folder.iterdir()} == {"f.lock", "f.socket"}
    claim = meet(Request(), place).claim
    assert claim is not None
    claim.release()


def test_of_many_starts_at_once_one_is_the_first(place):
    claims = []
    threads = [threading.Thread(target=lambda: claims.append(meet(None, place).claim)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (claim,) = [claim for claim in claims if claim is not None]
    claim.release()


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files are POSIX's")
def test_nobody_else_may_call_or_read_the_secret(tmp_path_factory):
    folder = tmp_path_factory.mktemp("p")
    before = os.umask(0)
    try:
        claim = meet(None, Place(folder / "f.lock", folder / "f.socket")).claim
    finally:
        os.umask(before)
    assert claim is not None
    modes = [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()]
    claim.release()
    assert modes == [0o600, 0o600]


def test_another_persons_lock_is_not_trusted(place, monkeypatch):
    place.lock.write_text(json.dumps({"address": "/nowhere", "secret": ""}))
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert meet(Request(), place, patience=0.1) == instance.Meeting()


def test_a_folder_that_is_not_there_only_costs_the_comfort(tmp_path):
    assert meet(Request(), Place(tmp_path / "no" / "f.lock", tmp_path / "no" / "f.socket")) == (
        instance.Meeting()
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who calls")
def test_a_caller_of_another_person_is_known(monkeypatch):
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        assert instance.is_same_person(ours)
        monkeypatch.setattr(os, "getuid", lambda: 12345)
        assert not instance.is_same_person(ours)


def test_homes_and_screens_have_places_of_their_own(tmp_path):
    plain = {"XDG_RUNTIME_DIR": str(tmp_path.parents[-2]), "DISPLAY": ":0"}
    places = {
        meeting_place(plain),
        meeting_place(plain | {"DISPLAY": ":1"}),
        meeting_place(plain | {"FILTERSCOPE_HOME": str(tmp_path)}),
    }
    assert len(places) == 3
    assert meeting_place(dict(plain)) in places


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_folder_whose_name_is_too_long_for_a_socket_is_passed_over(tmp_path):
    deep = tmp_path / ("x" * 90)
    deep.mkdir()
    found = meeting_place({"XDG_RUNTIME_DIR": str(deep), "TMPDIR": "/tmp"})
    assert found.socket.parent == Path("/tmp")


@given(
    page=st.none() | st.text(),
    name=st.text(st.characters(exclude_characters="\0")),
    token=st.text(),
    secret=st.text(),
)
def test_what_is_asked_is_what_is_read(page, name, token, secret):
    # Names of files that are not UTF-8 come as lone surrogates.
    request = Request(page, Path("/", name), Path("/", f"{name}\udcff"), token)
    assert read_request(request.to_json(secret)) == (request, secret)


@given(st.binary(max_size=200))
def test_junk_is_refused_in_one_way(junk):
    try:
        read_request(junk)
    except ValueError:
        return
    assert isinstance(json.loads(junk), dict)


@pytest.mark.parametrize(
    "line",
    [b"[" * 60_000, b'{"file": 7}', b'{"file": "relative.png"}', b'{"file": "/a\\u0000b"}', b"[]"],
    ids=["deep", "number", "relative", "zero byte", "list"],
)
def test_a_request_that_makes_no_sense_is_refused(line):
    with pytest.raises(ValueError, match="must"):
        read_request(line)
