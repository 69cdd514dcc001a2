"""A training session whose training runs in a process of its own, with the same interface."""

import contextlib
import logging
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from engine.formats.events import decode_event
from engine.formats.run import run_from_bytes, run_to_bytes
from engine.history import STEP_FIELDS, TEST_FIELDS
from engine.parameters import Parameters
from engine.session import TrainingSession
from engine.session_messages import (
    ENDED,
    Command,
    Failed,
    KnobChanged,
    Run,
    SessionEvent,
    SessionState,
    SetKnobs,
    SetProbes,
    Snapshot,
    StateChanged,
    Stop,
    TakeRecorded,
    TakeSnapshot,
)
from engine.session_record import SessionRecord
from engine.tape import Recorded
from engine.trainer import TrainerState
from engine.training_config import as_setting
from engine.training_data import Position
from engine.wire import (
    HELPERS,
    Kind,
    RecordedMessage,
    SnapshotMessage,
    Update,
    decode_probes,
    decode_saved,
    encode_command,
    read_frame,
    write_frame,
)

logger = logging.getLogger(__name__)

WORKER_ARGUMENT = "--training-worker"
ROOT = Path(__file__).resolve().parent.parent


class WorkerProcess:
    """A process that waits to train: everything imported, no run yet; with its own helpers unless told."""

    def __init__(self, *, helpers: bool = True) -> None:
        # -P: the folder that the program happens to be started from must not be where modules come from.
        frozen = getattr(sys, "frozen", False)
        module = [WORKER_ARGUMENT] if frozen else ["-P", "-m", "engine.worker"]
        paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        single = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        process = subprocess.Popen(
            [sys.executable, *module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ
            | single
            | {"PYTHONPATH": os.pathsep.join(filter(None, paths)), HELPERS: str(int(helpers))},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.process = process
        self.commands = cast(BinaryIO, process.stdin)
        self.answers = cast(BinaryIO, process.stdout)

    def end(self, timeout: float = 5.0) -> None:
        """Close its input, at which it ends by itself; kill it when it does not."""
        process = self.process
        with contextlib.suppress(OSError):
            self.commands.close()
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self.answers.close()


class WorkerPool:
    """Keeps one warm process, so that the first step need not wait for imports. Any thread.

    Parameters
    ----------
    helpers
        Whether each process has helpers waiting beside it. Not for runs with one worker: they would only be
        in the way.
    """

    def __init__(self, *, helpers: bool = True) -> None:
        self._helpers = helpers
        self._lock = threading.Lock()
        self._spare: WorkerProcess | None = None

    def warm(self) -> None:
        """See to it that a process waits."""
        with self._lock:
            if self._spare is None:
                self._spare = WorkerProcess(helpers=self._helpers)

    def take(self) -> WorkerProcess:
        """Give the waiting process, or a new one."""
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is not None and spare.process.poll() is not None:
            spare.end()
            spare = None
        return spare or WorkerProcess(helpers=self._helpers)

    def close(self) -> None:
        """End the waiting process."""
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is not None:
            spare.end()


class ProcessSession(TrainingSession):
    """A `TrainingSession` that trains in another process; everything else about it is the same.

    The window and the training then do not share an interpreter: neither waits for the other. One thread of
    this process starts the other one, hands it the run, and takes what it sends. Bit-equal to the thread's
    training.
    """

    def __init__(self, *args: Any, pool: WorkerPool | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pool = pool or WorkerPool()
        self._backlog: list[Command] = []
        self._worker: WorkerProcess | None = None
        self._handed_over = False
        self._starting = False
        self._at = self._trainer.position
        self._pace = 0.0
        self._newest: Snapshot | None = None
        # While the other process runs, the tape is there, and these are its steps; before and after, here.
        self._far_steps: tuple[int, ...] = ()
        self._tape_is_far = False
        self._step_asked: int | None = None
        self._step_next: int | None = None

    @property
    def images_per_second(self) -> float:
        """Present speed of training, 0 until it is known."""
        return self._pace

    @property
    def is_starting(self) -> bool:
        """Whether it was told to run and the process has not answered yet."""
        return self._starting

    @property
    def position(self) -> Position:
        """Where the run is."""
        return self._at

    @property
    def recorded_steps(self) -> tuple[int, ...]:
        """Steps whose parameters the tape holds, ascending."""
        return self._far_steps if self._tape_is_far else self.tape.steps

    def record(self) -> SessionRecord:
        """Give the whole run; elsewhere than on its thread only while that is not alive."""
        record = super().record()
        # A process that was lost may have told of steps whose weights it did not send.
        step = record.state.position.step
        steps, tests = (rows[rows["step"] <= step] for rows in (record.steps, record.tests))
        return replace(record, steps=steps, tests=tests)

    def request_recorded(self, step: int) -> None:
        """Ask for the parameters recorded at or last before `step`; of several requests the newest wins."""
        with self._lock:
            if not self._tape_is_far:
                super().request_recorded(step)
            elif self._step_asked is not None:
                self._step_next = step
            else:
                self._ask_tape(step)

    def _ask_tape(self, step: int | None) -> None:
        self._step_asked, self._step_next = step, None
        if step is not None:
            self._write(TakeRecorded(step))

    def _deliver(self, command: Command) -> None:
        if self._thread is None:
            self._deliver_first(command)
        elif not self._handed_over:
            self._backlog.append(command)
        else:
            self._write(command)

    def _deliver_first(self, command: Command) -> None:
        """Start the process for a command that needs it; what is set before goes with the run."""
        if isinstance(command, Run):
            self._backlog.append(command)
            self._starting = True
            self._thread = threading.Thread(target=self._main, name=f"host {self.name}", daemon=True)
            self._thread.start()
        elif isinstance(command, Stop):
            self._change_state(SessionState.STOPPED)
        elif isinstance(command, TakeSnapshot):
            self._snapshots.append(self._make_snapshot())
            self._asked = False
        elif isinstance(command, SetKnobs):
            self._apply(command)
        elif isinstance(command, SetProbes):
            self._backlog = [command]

    def _write(self, command: Command) -> None:
        assert self._worker is not None
        # A broken pipe is seen, and told, by the thread that reads.
        with contextlib.suppress(OSError, ValueError):
            write_frame(self._worker.commands, Kind.COMMAND, encode_command(command))

    # From here on: the thread that hosts the process.

    def _main(self) -> None:
        try:
            self._worker = self._pool.take()
            self._hand_over(self._worker)
            ended = self._take_news(self._worker)
        except OSError:
            ended = False
        except Exception:
            logger.exception("the training process of %s sent what cannot be read", self.name)
            ended = False
        if not ended:
            self.is_lost = True
            self._keep_newest()
        self._answer_from_here()
        if not ended and self._state not in ENDED:
            sentence = f"Training stopped at step {self.step_count}: its process ended unexpectedly."
            self._fail(Failed(self.step_count, sentence, "Restart from the same seed."))
        if self._worker is not None:
            self._worker.end()
        self._asked = self._starting = False

    def _hand_over(self, worker: WorkerProcess) -> None:
        with self._lock:
            # A setting that was changed since the start is on its way as a command.
            run = run_to_bytes(self.record(), data="")
        arrays: dict[str, NDArray[Any]] = {"pictures": self._data.pictures, "labels": self._data.labels}
        if self._test is not None:
            arrays |= {"test_pictures": self._test.pictures, "test_labels": self._test.labels}
        contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        write_frame(worker.commands, Kind.RUN, run)
        write_frame(worker.commands, Kind.DATA, save(contiguous))
        with self._lock:
            for command in self._backlog:
                self._write(command)
            self._backlog.clear()
            self._far_steps = self.tape.steps
            self._handed_over = self._tape_is_far = True

    def _take_news(self, worker: WorkerProcess) -> bool:
        """Take what the process sends until it ends; tells whether it came to a proper end."""
        while (frame := read_frame(worker.answers)) is not None:
            kind, content = frame
            if kind is Kind.UPDATE:
                self._take_update(msgspec.msgpack.decode(content, type=Update))
            elif kind is Kind.SNAPSHOT:
                self._take_snapshot(msgspec.msgpack.decode(content, type=SnapshotMessage))
            elif kind is Kind.RECORDED:
                self._take_recorded(msgspec.msgpack.decode(content, type=RecordedMessage))
            elif kind is Kind.SAVED:
                self._saved.append(decode_saved(content))
            elif kind is Kind.TAPE_STEPS:
                self._far_steps = tuple(np.frombuffer(content, np.int64).tolist())
            elif kind is Kind.PROBES:
                self._probe_box.put(decode_probes(content))
            else:
                self._take_record(run_from_bytes(content)[0])
                return True
        return False

    def _take_record(self, record: SessionRecord) -> None:
        """Take the run back at its end."""
        if record.replay is None:
            self._rehearsal = None
            self._trainer.configure(record.config)
        self._trainer.restore(record.state)
        self._at = record.state.position
        if record.recording is not None:
            self._recorder.adopt(record.recording)
        self._snapshots.append(self._make_snapshot())

    def _take_update(self, update: Update) -> None:
        self.steps.extend(np.frombuffer(update.steps, STEP_FIELDS))
        self.tests.extend(np.frombuffer(update.tests, TEST_FIELDS))
        self._at, self._pace = Position(*update.position), update.images_per_second
        for index, values in update.events:
            self._take_event(decode_event(index, values))

    def _take_event(self, event: SessionEvent) -> None:
        if isinstance(event, StateChanged):
            self._state = event.state
            self._starting = False
        elif isinstance(event, KnobChanged):
            target = self._rehearsal or self._trainer
            target.set(**{event.name: as_setting(target.config, event.name, event.new)})
            if event.name == "epochs":
                with self._lock:
                    self.config = replace(self.config, epochs=int(event.new))
        self._tell(event)

    def _take_snapshot(self, message: SnapshotMessage) -> None:
        parameters = Parameters(self.spec.layout, self._vector(message.vector))
        snapshot = Snapshot(message.step, message.epoch, parameters)
        self._newest = snapshot
        self._snapshots.append(snapshot)
        self._asked = False

    def _take_recorded(self, message: RecordedMessage) -> None:
        parameters = Parameters(self.spec.layout, self._vector(message.vector))
        self._recorded.append(Recorded(message.step, parameters))
        with self._lock:
            self._ask_tape(self._step_next)

    def _vector(self, content: bytes) -> NDArray[Any]:
        vector: NDArray[Any] = np.frombuffer(content, self.initial.vector.dtype)
        return vector

    def _answer_from_here(self) -> None:
        """Take over the tape; of a process that was lost only what was there before is left."""
        self.tape.record(self._at.step, self._trainer.network.parameters.vector, newest=True)
        with self._lock:
            self._tape_is_far = False
            waiting = self._step_asked if self._step_next is None else self._step_next
            self._step_asked = self._step_next = None
            if waiting is not None:
                super().request_recorded(waiting)

    def _keep_newest(self) -> None:
        """Keep the newest weights that a process has sent which is gone; the run is where those were."""
        newest, rehearsal = self._newest, self._rehearsal
        self._at = self._trainer.position if rehearsal is None else rehearsal.goal.position
        if newest is not None and newest.step > self._at.step:
            epoch = int(newest.epoch)
            picture = round((newest.epoch - epoch) * self._data.count)
            self._at = Position(newest.step, epoch, picture)
            # It is beyond the replay, if there was one.
            self._trainer.configure(self.recorded_config)
            self._rehearsal = None
            self._trainer.restore(TrainerState(self._at, newest.parameters, {}))
