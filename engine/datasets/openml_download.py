"""The process that downloads from OpenML through scikit-learn. Runs in a process of its own."""

import logging
import os
import socket
import urllib.request
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic
from typing import Any, Literal
from urllib.error import HTTPError, URLError

import numpy as np

from engine.datasets.npz import as_dataset, write_npz
from engine.datasets.values import Split
from engine.errors import DataError

logger = logging.getLogger(__name__)

_TIMEOUT_S = 30.0
_RETRIES = 1
# A bar need not move more often than this.
_REPORT_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Download:
    """What to ask OpenML for.

    Parameters
    ----------
    name, version
        OpenML's own.
    picture_shape
        Channels, rows, columns.
    train_count, count
        The first `train_count` of `count` pictures are the training set.
    """

    name: str
    version: int
    picture_shape: tuple[int, int, int]
    train_count: int
    count: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far fetching is.

    Parameters
    ----------
    stage
        "downloading", then "reading", which has no measure.
    received
        Bytes of the file that is being downloaded.
    total
        Its size, where the server says it.
    """

    stage: Literal["downloading", "reading"]
    received: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The end of it, with one sentence for the person."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The file is there."""


def download_into(what: Download, title: str, target: Path, scratch: Path, sender: Connection) -> None:
    """Download a data set, write it as NPZ, and say how it went.

    Parameters
    ----------
    what
        The data set.
    title
        Its name in sentences.
    target
        The NPZ file to write.
    scratch
        A folder beside the target for all that is not finished; the caller deletes it.
    sender
        Receives `Progress` any number of times, then `Finished` or `Failed`.
    """
    message: Finished | Failed
    try:
        split = _download(what, title, scratch, sender.send)
        # By way of the scratch folder, so that nothing stays behind if this process is ended.
        complete = scratch / target.name
        write_npz(complete, split)
        os.replace(complete, target)
        message = Finished()
    except DataError as error:
        message = Failed(str(error))
    except HTTPError as error:
        message = Failed(f"OpenML's server refused to send {title} (error {error.code}).")
    except (URLError, TimeoutError, ConnectionError, HTTPException, socket.gaierror):
        message = Failed(
            f"{title} could not be downloaded because openml.org cannot be reached; "
            "check the connection to the internet and try again."
        )
    except Exception as error:
        # Whatever scikit-learn makes of an unexpected answer; the log has the details.
        logger.exception("Fetching %s failed", what.name)
        message = Failed(f"OpenML sent something else than {title} ({type(error).__name__}).")
    with sender:
        sender.send(message)


def _download(what: Download, title: str, scratch: Path, report: Callable[[Progress], None]) -> Split:
    # Imported here, since it takes a second and few people need it.
    from sklearn.datasets import fetch_openml

    report(Progress("downloading"))
    socket.setdefaulttimeout(_TIMEOUT_S)
    urllib.request.install_opener(urllib.request.build_opener(_Meter(report)))
    with warnings.catch_warnings():
        # Its warnings are about retries; the outcome is told in a sentence.
        warnings.simplefilter("ignore")
        found = fetch_openml(
            what.name,
            version=what.version,
            as_frame=False,
            parser="liac-arff",
            data_home=str(scratch),
            n_retries=_RETRIES,
        )
    values, names = np.asarray(found.data), np.asarray(found.target)
    size = int(np.prod(what.picture_shape))
    if values.shape != (what.count, size) or not (values.min() >= 0 and values.max() <= 255):
        raise DataError(
            f"{title} must be {what.count:,} pictures of {size:,} values from 0 to 255, "
            f"but OpenML sent {values.shape}."
        )
    pictures = values.astype(np.uint8).reshape(-1, *what.picture_shape)
    labels = names.astype(np.int64)
    classes = tuple(str(label) for label in range(int(labels.max()) + 1))
    parts = (slice(None, what.train_count), slice(what.train_count, None))
    return Split(*(as_dataset(title, pictures[part], labels[part], classes) for part in parts))


class _Meter(urllib.request.BaseHandler):
    """Counts what is read of each answer, and tells it. Only in the process of its own.

    scikit-learn has no hook for progress, but opens every address through `urllib.request`.
    """

    def __init__(self, report: Callable[[Progress], None]) -> None:
        self._report = report

    def http_response(self, request: urllib.request.Request, response: Any) -> Any:
        """Let the answer count as it is read."""
        # The file itself is data; all else that OpenML answers is short, and JSON.
        if isinstance(response, HTTPResponse) and "/json/" not in request.full_url:
            self._count(response)
        return response

    https_response = http_response

    def _count(self, response: HTTPResponse) -> None:
        length = response.getheader("Content-Length")
        total = int(length) if length is not None and length.isdigit() else None
        received, told = 0, 0.0
        read = response.read

        def counting_read(amt: int | None = None) -> bytes:
            nonlocal received, told
            block = read(amt)
            received += len(block)
            if not block:
                self._report(Progress("reading"))
            elif monotonic() - told >= _REPORT_EVERY_S:
                told = monotonic()
                self._report(Progress("downloading", received, total))
            return block

        response.read = counting_read  # type: ignore[method-assign]
