"""Several processes that share each batch of one training."""

import os
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from engine import (
    BatchNorm2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    Network,
    NetworkSpec,
    ReLU,
    Trainer,
    TrainingConfig,
    TrainingDiverged,
)
from engine.augment import GENTLE
from engine.crew import Crew
from engine.crew.board import Board, BoardPlan
from engine.errors import ConfigError
from tests.engine.network_samples import digits_like

LIVELY = NetworkSpec((1, 12, 12), (Conv2D(3, 3), ReLU(), MaxPool2D(2), Dropout(0.3), Flatten(), Dense(4)))
UNDROPPED = NetworkSpec((1, 12, 12), (Flatten(), Dense(700), ReLU(), Dense(4)))
PLAIN = NetworkSpec((1, 12, 12), (Conv2D(3, 3), ReLU(), Flatten(), Dense(4)))
NORMALISED = NetworkSpec((1, 12, 12), (Conv2D(3, 3), BatchNorm2D(), ReLU(), Flatten(), Dense(4)))
# So many weights that each member updates a part of them.
LARGE = NetworkSpec((1, 12, 12), (Flatten(), Dense(700), ReLU(), Dropout(0.2), Dense(4)))
# 101 pictures: the last batch of an epoch has one for three members, and uneven parts before.
DATA = digits_like(101)
CONFIG = TrainingConfig(epochs=2, batch_size=20, learning_rate=0.01, seed=3, workers=3)
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def crew():
    crew = Crew(2)
    yield crew
    crew.close()


def trained(spec, config, crew=None, steps=None):
    trainer = Trainer(Network(spec, 1), config, crew)
    reports = []
    for report in trainer.run(DATA):
        reports.append(report)
        if report.step == steps:
            break
    return trainer, reports


def vector(trainer):
    return trainer.network.parameters.vector


@pytest.mark.parametrize("spec", [PLAIN, NORMALISED, UNDROPPED], ids=["plain", "batch norm", "large"])
def test_a_step_is_that_of_one_process_but_for_the_order_of_sums(crew, spec):
    # Not Adam, which makes steps of full length out of a rounding error where the gradient is zero.
    config = replace(CONFIG, optimizer="sgd")
    alone, first = trained(spec, replace(config, workers=1), steps=3)
    together, second = trained(spec, config, crew, steps=3)
    for one, other in zip(first, second, strict=True):
        assert other.loss == pytest.approx(one.loss, rel=1e-4)
        assert other.accuracy == one.accuracy
    np.testing.assert_allclose(vector(together), vector(alone), atol=1e-5)


@pytest.mark.parametrize("spec", [LIVELY, NORMALISED, LARGE], ids=["dropout", "batch norm", "large"])
def test_the_same_seed_and_number_of_workers_give_the_same_bits(crew, spec):
    config = replace(CONFIG, augmentation=GENTLE, averaging=0.9)
    first, second = trained(spec, config, crew), trained(spec, config, crew)
    assert len(first[1]) == 12
    assert first[1] == second[1]
    np.testing.assert_array_equal(vector(first[0]), vector(second[0]))


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("spec", [LIVELY, LARGE], ids=["small", "large"])
def test_a_restored_run_goes_on_bit_for_bit(crew, spec, optimizer):
    config = replace(CONFIG, optimizer=optimizer, weight_decay=0.01)
    whole, reports = trained(spec, config, crew)
    first, _ = trained(spec, config, crew, steps=4)
    second = Trainer(Network(spec, 9), config, crew)
    second.restore(first.state())
    assert list(second.run(DATA)) == reports[4:]
    np.testing.assert_array_equal(vector(second), vector(whole))


def test_a_divided_update_is_that_of_one_optimiser(crew):
    alone, _ = trained(UNDROPPED, replace(CONFIG, workers=1), steps=1)
    together, _ = trained(UNDROPPED, CONFIG, crew, steps=1)
    plan = BoardPlan.of(UNDROPPED, np.dtype(np.float32), DATA[0], 3)
    assert plan.divided
    parts = [plan.part(member) for member in range(3)]
    assert [part.start for part in parts] == [0, *(part.stop for part in parts[:-1])]
    assert parts[-1].stop == UNDROPPED.weight_count
    wanted, found = alone.state().optimizer, together.state().optimizer
    np.testing.assert_array_equal(found["counts"], wanted["counts"])
    np.testing.assert_allclose(found["mean"], wanted["mean"], atol=1e-6)
    np.testing.assert_allclose(found["square"], wanted["square"], atol=1e-9)


def test_a_loss_that_is_no_number_stops_the_run_before_anybody_updates(crew):
    config = replace(CONFIG, learning_rate=1e38, optimizer="sgd")
    trainer = Trainer(Network(UNDROPPED, 1), config, crew)
    kept = []

    def train():
        for _ in trainer.run(DATA):
            kept.append(vector(trainer).copy())

    with pytest.raises(TrainingDiverged):
        train()
    np.testing.assert_array_equal(vector(trainer), kept[-1])


@pytest.mark.parametrize("spec", [LIVELY, NORMALISED, LARGE], ids=["dropout", "batch norm", "large"])
def test_a_helper_that_is_killed_loses_nothing(spec, caplog):
    expected, reports = trained(spec, CONFIG, Crew(2))
    crew = Crew(2)
    trainer = Trainer(Network(spec, 1), CONFIG, crew)
    found = []
    for report in trainer.run(DATA):
        found.append(report)
        if report.step == 3:
            crew._helpers[1].kill()
    assert "has ended" in caplog.text
    assert [report.step for report in found] == [report.step for report in reports]
    if spec is not NORMALISED:
        assert found == reports
        np.testing.assert_array_equal(vector(trainer), vector(expected))
    else:
        assert found[-1].accuracy == pytest.approx(reports[-1].accuracy, abs=0.2)
    for one in (trainer, expected):
        one.close()


def test_a_crew_that_is_not_whole_is_replaced_for_the_next_run():
    crew = Crew(2)
    crew._helpers[0].kill()
    crew._helpers[0].wait()
    trainer, reports = trained(PLAIN, CONFIG, crew)
    assert len(reports) == 12
    assert trainer._crew is not crew
    trainer.close()


def test_a_batch_of_fewer_pictures_than_workers_is_trained_all_the_same(crew):
    trainer, reports = trained(NORMALISED, replace(CONFIG, batch_size=2, epochs=1), crew)
    assert [report.batch_size for report in reports] == [2] * 50 + [1]
    assert np.isfinite(vector(trainer)).all()


def test_knobs_act_in_the_middle_of_a_run(crew):
    trainer = Trainer(Network(PLAIN, 1), CONFIG, crew)
    sizes = []
    for report in trainer.run(DATA):
        sizes.append(report.batch_size)
        if report.step == 2:
            trainer.set(batch_size=30, learning_rate=0.5)
        if report.step == 4:
            break
    assert sizes == [20, 20, 30, 30]
    assert report.learning_rate == 0.5


def test_a_run_without_a_crew_starts_and_ends_its_own():
    trainer, reports = trained(PLAIN, replace(CONFIG, workers=2), steps=2)
    helper = trainer._crew._helpers[0]
    assert len(reports) == 2
    assert helper.poll() is None
    trainer.close()
    assert helper.returncode == 0


def test_an_augmentation_of_ones_own_is_refused_in_a_sentence(crew):
    class Own:
        def apply(self, pictures, rng):
            return pictures

    with pytest.raises(ConfigError, match=r"engine\.augment\.Augmentation, got Own"):
        trained(PLAIN, replace(CONFIG, augmentation=Own()), crew)


@pytest.mark.parametrize("workers", [0, 33, 1.5, True])
def test_numbers_of_workers_that_make_no_sense_are_refused(workers):
    with pytest.raises(ConfigError, match="workers must be"):
        TrainingConfig(workers=workers)


def test_no_two_parts_of_the_board_overlap():
    pictures = np.zeros((5, 2, 3, 4), np.uint8)
    plan = BoardPlan.of(PLAIN, np.dtype(np.float32), pictures, 3)
    memory = bytearray(plan.size)
    board = Board(memory, plan)
    names = ("results", "exchange", "parameters", "gradients", "pictures", "labels")
    for number, name in enumerate(names, 1):
        getattr(board, name)[...] = number
    board.begin(7, (1, 2, 3, 4))
    for member in range(3):
        board.finish(member, member)
        board.arrive(member, 10 + member)
    assert (board.round, board.batch) == (7, (1, 2, 3, 4))
    assert all(board.has_finished(member, member) for member in range(3))
    assert board.has_arrived(2, 12)
    assert not board.has_arrived(2, 13)
    for number, name in enumerate(names, 1):
        assert (getattr(board, name) == number).all()


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="looks at what Linux tells of processes")
def test_a_leader_that_is_killed_leaves_no_process_and_no_memory_behind(tmp_path):
    script = tmp_path / "lead.py"
    script.write_text(
        textwrap.dedent(
            """
            import sys
            from engine import Dense, Flatten, Network, NetworkSpec, Trainer, TrainingConfig
            from tests.engine.network_samples import digits_like

            trainer = Trainer(
                Network(NetworkSpec((1, 12, 12), (Flatten(), Dense(4)))),
                TrainingConfig(epochs=1_000_000, workers=3),
            )
            for report in trainer.run(digits_like(100)):
                if report.step == 3:
                    print(*(helper.pid for helper in trainer._crew._helpers), flush=True)
            """
        )
    )
    before = set(os.listdir("/dev/shm"))
    leader = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    helpers = [Path(f"/proc/{pid}") for pid in leader.stdout.readline().split()]
    assert len(helpers) == 2
    leader.kill()
    leader.communicate()
    deadline = time.monotonic() + 20
    while any(_lives(helper) for helper in helpers) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(_lives(helper) for helper in helpers)
    assert set(os.listdir("/dev/shm")) <= before


def _lives(process):
    """Whether a process is there and has not ended: one that nobody has waited for keeps its number."""
    try:
        state = (process / "stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_products_take_one_thread_while_a_crew_trains(crew):
    """The helpers have the other cores; afterwards the process has as many threads as before."""

    def threads():
        return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]

    with threadpool_limits(2, user_api="blas"):
        before = threads()
        trainer = Trainer(Network(PLAIN, 1), CONFIG, crew)
        run = trainer.run(DATA)
        next(run)
        assert threads() == [1] * len(before)
        run.close()
        assert threads() == before
