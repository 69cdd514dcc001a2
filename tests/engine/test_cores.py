"""Work shared out among the cores: complete, the same for any number of them, and nothing left held."""

import multiprocessing
import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from engine import cores
from engine.layers import Conv2D, Dense, Flatten, MaxPool2D, ReLU
from engine.network import Network
from engine.plan import executor
from engine.spec import NetworkSpec

SPEC = NetworkSpec((1, 12, 12), (Conv2D(4, 3), ReLU(), MaxPool2D(2), Flatten(), Dense(5)))


def blas_threads() -> list[int]:
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def pictures(count: int) -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (count, 1, 12, 12), dtype=np.uint8)


def test_each_member_works_once_in_a_thread_of_its_own_with_linear_algebra_on_one_thread() -> None:
    before, seen, together = blas_threads(), {}, threading.Barrier(3, timeout=20)

    def work(member: int) -> None:
        together.wait()
        seen[member] = threading.get_ident(), blas_threads()

    cores.share_out(work, 3)
    assert sorted(seen) == [0, 1, 2]
    assert len({thread for thread, _ in seen.values()}) == 3
    assert seen[2][0] == threading.get_ident()
    assert all(set(threads) == {1} for _, threads in seen.values())
    assert blas_threads() == before


@pytest.mark.parametrize("failing", [0, 2])
def test_a_failure_arrives_when_the_others_have_ended(failing: int) -> None:
    before, ended = blas_threads(), []

    def work(member: int) -> None:
        if member == failing:
            raise ValueError("no pictures")
        ended.append(member)

    with pytest.raises(ValueError, match="no pictures"):
        cores.share_out(work, 3)
    assert sorted(ended) == [m for m in range(3) if m != failing]
    assert blas_threads() == before


@pytest.mark.parametrize("count", [1, 63, 64, 257, 640, 1003])
def test_answers_do_not_depend_on_the_number_of_cores(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    found, shared = [], []

    def share_out(work, members):
        shared.append(members)
        cores.share_out(work, members)

    monkeypatch.setattr(executor, "share_out", share_out)
    for there_are in (1, 3):
        monkeypatch.setattr(executor, "default_workers", lambda there_are=there_are: there_are)
        found.append(Network(SPEC, seed=1).forward(pictures(count)))
    np.testing.assert_array_equal(found[0], found[1])
    # 64 pictures make a part, and two parts are worth a thread.
    assert shared == ([min(3, count // 128)] if count >= 256 else [])


def test_changed_weights_are_seen_by_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "default_workers", lambda: 3)
    network, x = Network(SPEC, seed=1), pictures(640)
    network.forward(x)
    network.parameters.vector[...] = Network(SPEC, seed=2).parameters.vector
    np.testing.assert_array_equal(network.forward(x), Network(SPEC, seed=2).forward(x))


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_has_threads_of_its_own() -> None:
    cores.share_out(lambda member: None, 2)
    context = multiprocessing.get_context("fork")
    child = context.Process(target=cores.share_out, args=(lambda member: None, 2))
    child.start()
    child.join(20)
    alive = child.is_alive()
    if alive:
        child.kill()
    assert not alive
    assert child.exitcode == 0
