"""A search over settings on a Dask cluster, which outlives its workers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import joblib

from engine.errors import ConfigError


@contextmanager
def on_cluster(address: str) -> Iterator[None]:
    """Let searches, and whatever else uses joblib, run on the Dask cluster whose scheduler is at `address`.

    ``with on_cluster("tcp://127.0.0.1:8786"): GridSearchCV(ConvNetClassifier(), {...}).fit(x, y)``

    What a worker had computed, was computing or held when it ended is computed again by the others. The
    workers need this package and its dependencies.

    Raises
    ------
    ConfigError
        If `distributed`, the extra "cluster", is not installed.
    """
    try:
        import dask
        import distributed
    except ImportError:
        raise ConfigError(
            'a search on a cluster needs Dask: "distributed" must be installed (the extra "cluster"), '
            "got no such package"
        ) from None

    class Client(distributed.Client):
        """Hands data over so that it is not lost with a worker.

        joblib puts each large argument on one worker, by this method. Dask cannot make it again when that
        worker ends (and drops copies on other workers after two seconds), and the search fails. The result of
        a task it can make again: the scheduler keeps what the task was given.
        """

        async def scatter(self, data: Any, **_: Any) -> Any:  # type: ignore[override]
            return self.submit(_same, data, pure=False)

    # Its advice, from 10 MB on, is what does not work here.
    quiet = dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TB"})
    client = Client(address, set_as_default=False)  # type: ignore[no-untyped-call]
    with quiet, client, joblib.parallel_config("dask", client=client):
        yield


def _same(data: Any) -> Any:
    return data
