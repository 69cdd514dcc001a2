"""Fetching from OpenML: against a small server that answers like it, and without a network."""

import gzip
import hashlib
import json
import socket
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from engine.datasets import Dataset, embedded_digits
from engine.datasets.npz import read_npz, write_npz
from engine.datasets.openml import OPENML_SETS, FetchCancelled, fetch_mnist, is_fetched
from engine.datasets.openml_download import (
    Download,
    Failed,
    Finished,
    Progress,
    download_into,
)
from engine.errors import DataError

SMALL = Download("mnist_784", 1, (1, 28, 28), train_count=20, count=30)


@pytest.fixture
def digits() -> Dataset:
    return embedded_digits().train.take(np.arange(30))


class OpenML(ThreadingHTTPServer):
    """Answers the five questions that scikit-learn asks."""

    def __init__(self, digits: Dataset) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        names = [f"pixel{k}" for k in range(784)]
        features = [
            {
                "index": str(k),
                "name": name,
                "data_type": "nominal" if name == "class" else "numeric",
                "is_target": str(name == "class").lower(),
                "is_ignore": "false",
                "is_row_identifier": "false",
                "number_of_missing_values": "0",
            }
            for k, name in enumerate([*names, "class"])
        ]
        head = "".join(f"@ATTRIBUTE {name} REAL\n" for name in names)
        rows = (
            ",".join(map(str, [*picture.ravel(), label]))
            for picture, label in zip(digits.pictures, digits.labels, strict=True)
        )
        self.arff = (
            f"@RELATION mnist\n{head}@ATTRIBUTE class {{0,1,2,3,4,5,6,7,8,9}}\n@DATA\n" + "\n".join(rows)
        ).encode()
        description = {
            "id": "554", "name": "mnist_784", "version": "1", "status": "active",
            "format": "ARFF", "description": "", "url": f"{self.address}/data/554.arff",
            "md5_checksum": hashlib.md5(self.arff).hexdigest(),
        }  # fmt: skip
        listed = {"did": 554, "name": "mnist_784", "version": 1, "status": "active"}
        quality = [{"name": "NumberOfInstances", "value": str(len(digits))}]
        self.answers = {
            "/json/list/mnist_784": {"data": {"dataset": [listed]}},
            "/json/info/554": {"data_set_description": description},
            "/json/features/554": {"data_features": {"feature": features}},
            "/json/qualities/554": {"data_qualities": {"quality": quality}},
        }


class Answers(BaseHTTPRequestHandler):
    server: OpenML

    def do_GET(self) -> None:
        path = self.path.removesuffix("/status/active/").split("/limit")[0].split("/data_version")[0]
        if path == "/data/554.arff":
            content = gzip.compress(self.server.arff)
        elif path in self.server.answers:
            content = gzip.compress(json.dumps(self.server.answers[path]).encode())
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal clean."""


@pytest.fixture
def server(digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenML]:
    from sklearn.datasets import _openml

    server = OpenML(digits)
    for name, path in (
        ("_SEARCH_NAME", "/json/list/{}"),
        ("_DATA_INFO", "/json/info/{}"),
        ("_DATA_FEATURES", "/json/features/{}"),
        ("_DATA_QUALITIES", "/json/qualities/{}"),
    ):
        monkeypatch.setattr(_openml, name, server.address + path)
    # What the process of its own changes for itself must not outlive the test in this one.
    monkeypatch.setattr(urllib.request, "_opener", None)
    before = socket.getdefaulttimeout()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
    socket.setdefaulttimeout(before)


def download(what: Download, folder: Path) -> list[object]:
    """Run the downloading process's function here, and return all that it says."""
    receiver, sender = get_context("spawn").Pipe(duplex=False)
    download_into(what, "MNIST", folder / "mnist.npz", folder / "scratch", sender)
    said = []
    with receiver:
        while receiver.poll():
            try:
                said.append(receiver.recv())
            except EOFError:
                break
    return said


@pytest.mark.usefixtures("server")
def test_a_download_becomes_one_npz_file_with_the_same_digits(tmp_path: Path, digits: Dataset) -> None:
    said = download(SMALL, tmp_path)
    assert said[-1] == Finished()
    (x_train, y_train), (x_test, y_test) = read_npz(tmp_path / "mnist.npz")
    np.testing.assert_array_equal(np.concatenate((x_train, x_test)), digits.pictures)
    np.testing.assert_array_equal(np.concatenate((y_train, y_test)), digits.labels)
    assert len(x_train) == 20


def test_a_download_tells_how_many_bytes_of_how_many_have_come(tmp_path: Path, server: OpenML) -> None:
    said = download(SMALL, tmp_path)
    told = [message for message in said if isinstance(message, Progress)]
    total = len(gzip.compress(server.arff))
    assert Progress("downloading", total, total) in told
    assert told[-1] == Progress("reading")


@pytest.mark.usefixtures("server")
def test_another_number_of_digits_than_expected_is_refused(tmp_path: Path) -> None:
    said = download(replace(SMALL, count=31), tmp_path)
    assert isinstance(said[-1], Failed)
    assert "must be 31 pictures" in said[-1].sentence
    assert not (tmp_path / "mnist.npz").exists()


def test_data_that_changed_on_the_way_are_refused(tmp_path: Path, server: OpenML) -> None:
    server.arff = server.arff.replace(b"0,0,0,0,5", b"0,0,0,0,6")
    server.answers["/json/info/554"]["data_set_description"]["md5_checksum"] = "0" * 32
    said = download(SMALL, tmp_path)
    assert said[-1] == Failed("OpenML sent something else than MNIST (ValueError).")


def test_a_server_that_refuses_is_named(tmp_path: Path, server: OpenML) -> None:
    server.answers.clear()
    said = download(SMALL, tmp_path)
    assert said[-1] == Failed("OpenML's server refused to send MNIST (error 404).")


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Send the fetching process to an address of ours instead of into the network."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        for name in ("https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{listener.getsockname()[1]}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        yield listener


@pytest.mark.usefixtures("proxy")
def test_offline_is_said_in_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"openml\.org cannot be reached; check the connection"):
        fetch_mnist(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_cancelling_ends_a_download_that_hangs_and_leaves_nothing(
    tmp_path: Path, proxy: socket.socket
) -> None:
    proxy.listen()
    cancel = threading.Event()
    said = []

    def report(text: str, share: float | None) -> None:
        said.append((text, share))
        cancel.set()

    start = monotonic()
    with pytest.raises(FetchCancelled):
        fetch_mnist(tmp_path, report, cancel)
    assert monotonic() - start < 20
    assert said[0] == ("Downloading MNIST, 0.0 MB", None)
    assert list(tmp_path.iterdir()) == []


def test_what_was_fetched_before_needs_no_network(tmp_path: Path) -> None:
    split = embedded_digits()
    assert not is_fetched(OPENML_SETS["mnist"], tmp_path)
    write_npz(tmp_path / "mnist.npz", split)
    assert is_fetched(OPENML_SETS["mnist"], tmp_path)
    again = fetch_mnist(tmp_path)
    np.testing.assert_array_equal(again.test.pictures, split.test.pictures)
    assert again.train.name == "MNIST"


def test_a_damaged_cache_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "mnist.npz").write_bytes(b"PK damaged")
    with pytest.raises(DataError, match=r"mnist\.npz is damaged"):
        fetch_mnist(tmp_path)


def test_a_file_that_cannot_be_written_leaves_no_half_of_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataError, match="cannot be"):
        write_npz(tmp_path / "file" / "mnist.npz", embedded_digits())
    with pytest.raises(DataError, match="cannot be"):
        fetch_mnist(tmp_path / "file")
