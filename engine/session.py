"""Hosts a trainer off the caller's thread: commands in; snapshots, numbers and events out."""

import logging
import threading
import time
from collections.abc import Generator
from dataclasses import replace
from queue import Empty, SimpleQueue

from engine.crew import Crew
from engine.errors import ConfigError
from engine.examiner import Examiner
from engine.history import STEP_FIELDS, TEST_FIELDS, History, Progress, SpeedMeter, progress_at
from engine.network import Network
from engine.parameters import Parameters
from engine.recorder import Recorder
from engine.replay import Rehearsal
from engine.run_budget import RunBudget
from engine.run_probes import RunProbes
from engine.session_messages import (
    ENDED,
    KNOBS,
    Command,
    Failed,
    KnobChanged,
    Pause,
    Replayed,
    Run,
    SaveRun,
    SessionEvent,
    SessionState,
    SetKnobs,
    SetProbes,
    Snapshot,
    StateChanged,
    Stop,
    TakeRecorded,
    TakeSnapshot,
    unforeseen,
)
from engine.session_readings import SessionReadings
from engine.session_record import SessionRecord
from engine.spec import NetworkSpec
from engine.trainer import StepReport, Trainer, TrainingDiverged
from engine.training_config import TrainingConfig, as_setting
from engine.training_data import BEGINNING, Data, Position, check_data

logger = logging.getLogger(__name__)


class TrainingSession(SessionReadings):
    """Trains a network on a thread of its own.

    Every method may be called from any thread and returns at once (`close` waits for the present step).
    Pictures of the training, snapshots, are lossy: at most one is outstanding and the newest wins. Numbers
    are lossless: append-only histories. Events wait in a queue. The tape records the run from where the
    session begins, and answers as long as there is the session. Watching and recording change nothing: the
    parameters are bit-equal to those of an unwatched run.

    Parameters
    ----------
    spec, config
        What is trained, and how. ``config.seed`` also seeds the network's first values.
    data, test_data
        Labelled pictures; test data may be None.
    parameters
        First values, instead of random ones.
    name
        What the run is called.
    record
        A run to go on with: its parameters, position, numbers and recording replace fresh ones. Where its
        state has to be found by a replay, that comes before the first step.
    crew
        Helpers for a run with several workers, where some wait already.

    Raises
    ------
    DataError
        If the data does not fit the network.
    """

    def __init__(
        self,
        spec: NetworkSpec,
        config: TrainingConfig,
        data: Data,
        *,
        test_data: Data | None = None,
        parameters: Parameters | None = None,
        name: str = "Run 1",
        record: SessionRecord | None = None,
        crew: Crew | None = None,
    ) -> None:
        super().__init__()
        self.spec, self.name = spec, name
        self.config = config
        self._lock = threading.RLock()
        self._epochs_asked = config.epochs
        given = parameters
        network = Network(spec, config.seed) if given is None else Network.from_parameters(spec, given)
        self._data = check_data(data, network, BEGINNING if record is None else record.state.position)
        self._test = None if test_data is None else check_data(test_data, network)
        self._trainer = Trainer(network, config, crew)
        self.initial = network.parameters.frozen() if record is None else record.initial
        if record is not None:
            self._trainer.restore(record.state)
        self.steps = History(STEP_FIELDS, None if record is None else record.steps)
        self.tests = History(TEST_FIELDS, None if record is None else record.tests)

        self._commands: SimpleQueue[Command] = SimpleQueue()
        replay = None if record is None else record.replay
        recording = None if record is None else record.recording
        self._recorder = Recorder(self._trainer, recording, knows_state=replay is None)
        self._probes = RunProbes(spec, self.tape, self._probe_box)
        self._rehearsal = None if replay is None else Rehearsal(self._trainer, replay, self._data)
        self.keeps_tape = True
        self._snapshots.append(self._make_snapshot())
        self._state = SessionState.READY if record is None else record.resting_state
        self._budget = RunBudget()
        self._thread: threading.Thread | None = None
        self._speed = SpeedMeter()
        self._examiner: Examiner | None = None
        if self._test is not None:
            self._examiner = Examiner(network, self._test.pictures, self._test.labels, self.tests)

    @property
    def state(self) -> SessionState:
        """Where the session is in its life."""
        return self._state

    @property
    def step_count(self) -> int:
        """Finished steps."""
        return self.position.step

    @property
    def is_starting(self) -> bool:
        """Whether it was told to run and has not begun to answer yet."""
        return False

    @property
    def is_alive(self) -> bool:
        """Whether the thread has still to end."""
        return self._thread is not None and self._thread.is_alive()

    def set_knobs(self, **changes: float) -> None:
        """Change learning_rate, momentum, weight_decay, batch_size or epochs from the next step on.

        ConfigError, and no change, if a value is not allowed.
        """
        for name in changes:
            if name not in KNOBS:
                raise ConfigError(f"only {', '.join(KNOBS)} can be set during a run, got {name}")
        with self._lock:
            self.config = replace(self.config, **changes)  # type: ignore[arg-type]
            self.send(SetKnobs(tuple(changes.items())))

    @property
    def recorded_config(self) -> TrainingConfig:
        """The settings that the run has, as `events` tell; what is set after its end is only in `config`."""
        return (self._rehearsal or self._trainer).config

    @property
    def progress(self) -> Progress:
        """How far the run is."""
        epochs, speed = self.config.epochs, self.images_per_second
        return progress_at(self.position, self._data.count, epochs, speed, self.tests)

    @property
    def images_per_second(self) -> float:
        """Present speed of training, 0 until it is known."""
        return self._speed.images_per_second

    def close(self, timeout: float = 10.0, *, keep_tape: bool = False) -> None:
        """End the run for good, and wait until its thread has ended; its tape may be wanted afterwards."""
        with self._lock:
            thread = self._thread
            if thread is not None:
                self._deliver(Stop(keep_tape))
            elif self._state not in ENDED:
                self._change_state(SessionState.STOPPED)
        if thread is None:
            return
        thread.join(timeout)
        if thread.is_alive():
            logger.error("training thread of %s did not end within %s s", self.name, timeout)

    def record(self) -> SessionRecord:
        """Give the whole run; elsewhere than on its thread only while that is not alive."""
        rehearsal = self._rehearsal
        return SessionRecord(
            self.name,
            self.spec,
            self.recorded_config,
            self._trainer.state() if rehearsal is None else rehearsal.goal,
            self.initial,
            self.steps.since(0).copy(),
            self.tests.since(0).copy(),
            self._recorder.recording(),
            None if rehearsal is None else rehearsal.replay,
        )

    def send(self, command: Command) -> None:
        """Hand a command on; after the end of the run only the tape obeys."""
        if isinstance(command, TakeRecorded):
            self.request_recorded(command.step)
            return
        with self._lock:
            if self._state in ENDED:
                self._asked = False
                return
            self._deliver(command)

    def _deliver(self, command: Command) -> None:
        """Hand a command to the training thread, which the first command that needs it starts."""
        if self._thread is None and isinstance(command, SetKnobs):
            # The record of a run that has not gone on yet must tell of it, too.
            self._apply(command)
            return
        self._commands.put(command)
        if self._thread is None and isinstance(command, Run | Stop):
            self._thread = threading.Thread(target=self._main, name=f"training {self.name}", daemon=True)
            self._thread.start()

    @property
    def position(self) -> Position:
        """Where the run is."""
        rehearsal = self._rehearsal
        return self._trainer.position if rehearsal is None else rehearsal.goal.position

    # From here on: the training thread.

    def _main(self) -> None:
        try:
            self._loop()
        except TrainingDiverged as error:
            self._fail(Failed(error.step, str(error), error.ADVICE))
        except Exception as error:
            logger.exception("training of %s failed", self.name)
            self._fail(unforeseen(self.step_count, error))
        finally:
            if self._rehearsal is not None:
                self._rehearsal.close()
            self._trainer.close()
            self._show_rest()
            self._saver.close()
            self._asked = False

    def _loop(self) -> None:
        reports = self._trainer.run((self._data.pictures, self._data.labels))
        while self._state not in ENDED:
            self._apply_commands()
            if self._state is not SessionState.RUNNING:
                continue
            if self._rehearsal is not None:
                self._rehearse(self._rehearsal)
            else:
                reports = self._advance(reports)

    def _apply_commands(self) -> None:
        """Apply what waits; when not running, wait for something. What comes after a stop is dropped."""
        waiting = self._state is not SessionState.RUNNING
        while self._state not in ENDED:
            try:
                # At rest there is time to read probes, each time so little that no command waits for it.
                command = self._commands.get(block=waiting and not self._probes.rest())
            except Empty:
                if waiting:
                    continue
                return
            self._apply(command)
            waiting = False

    def _apply(self, command: Command) -> None:
        match command:
            case Run():
                if self._state is SessionState.FINISHED:
                    self._add_epochs()
                self._budget.ask(command, running=self._state is SessionState.RUNNING)
                self._change_state(SessionState.RUNNING)
            case Pause():
                if self._state is SessionState.RUNNING:
                    # What is looked at then is known; a replay's network is not there yet.
                    if self._examiner is not None and self._examiner.is_quick and self._rehearsal is None:
                        self._examine()
                    self._show_rest()
                    self._change_state(SessionState.PAUSED)
            case Stop():
                self.keeps_tape = command.keep_tape
                self._change_state(SessionState.STOPPED)
            case SetKnobs():
                for name, value in command.changes:
                    self._turn(name, value)
                self._epochs_asked = int(dict(command.changes).get("epochs", self._epochs_asked))
            case TakeSnapshot():
                self._snapshots.append(self._make_snapshot())
                self._asked = False
            case SetProbes():
                self._probes.obey(command)
            case SaveRun():
                self._saver.save(command, self.record())

    def _turn(self, name: str, value: float) -> None:
        """Change a setting from the next step on; during a replay, from its end on."""
        target = self._rehearsal or self._trainer
        old = getattr(target.config, name)
        if value != old:
            target.set(**{name: as_setting(target.config, name, value)})
            self._tell(KnobChanged(self.step_count, name, old, value))

    def _add_epochs(self) -> None:
        """After the last epoch, make room for as many again."""
        target = self._rehearsal or self._trainer
        before, done = target.config.epochs, self.position.epoch
        if done < before:
            return
        epochs = done + self._epochs_asked
        target.set(epochs=epochs)
        self._tell(KnobChanged(self.step_count, "epochs", before, epochs))
        with self._lock:
            self.config = replace(self.config, epochs=epochs)

    def _rehearse(self, rehearsal: Rehearsal) -> None:
        """Take one step of a replay; at its end the run itself begins."""
        if rehearsal.advance():
            self._rehearsal = None
            self._recorder.begin_states()
            self._events.put(Replayed(self.step_count, rehearsal.is_exact))

    def _advance(self, reports: Generator[StepReport]) -> Generator[StepReport]:
        self._give_way()
        started = time.perf_counter()
        report = next(reports, None)
        if report is None:
            self._examine()
            self._show_rest()
            self._change_state(SessionState.FINISHED)
            return self._trainer.run((self._data.pictures, self._data.labels))
        self._note(report, time.perf_counter() - started)
        if self._examiner is not None and self._examiner.is_due:
            self._examine()
        self._spend_budget()
        return reports

    def _note(self, report: StepReport, seconds: float) -> None:
        self._recorder.note_step()
        self.steps.append(report.step, report.epoch, report.loss, report.accuracy, report.learning_rate)
        if self._examiner is not None:
            self._examiner.note(seconds)
        self._probes.note(seconds)
        self._speed.note(report.batch_size, seconds)

    def _spend_budget(self) -> None:
        epoch_ended = self._trainer.position.picture == 0
        if self._budget.spend(epoch_ended=epoch_ended):
            # After a single step only when it is due: the next press of the button should not wait for it.
            if self._budget.examines:
                self._examine()
            self._show_rest()
            self._change_state(SessionState.PAUSED)

    def _examine(self) -> None:
        if self._examiner is not None:
            self._examiner.examine(self.step_count)

    def _make_snapshot(self) -> Snapshot:
        rehearsal = self._rehearsal
        at = self._trainer.position if rehearsal is None else rehearsal.goal.position
        epoch = at.epoch + at.picture / self._data.count
        if rehearsal is not None:
            return Snapshot(at.step, epoch, rehearsal.goal.parameters)
        return Snapshot(at.step, epoch, self._trainer.network.parameters.frozen())

    def _show_rest(self) -> None:
        """Leave a snapshot, and a place on the tape, of the step at which the run rests."""
        self._snapshots.append(self._make_snapshot())
        if self._rehearsal is None:
            self._recorder.note_rest()

    def _change_state(self, state: SessionState) -> None:
        if state is not self._state:
            self._state = state
            self._tell(StateChanged(self.step_count, state))

    def _fail(self, failure: Failed) -> None:
        self._change_state(SessionState.FAILED)
        self._tell(failure)


__all__ = [
    "Failed",
    "KnobChanged",
    "Progress",
    "SessionEvent",
    "SessionRecord",
    "SessionState",
    "Snapshot",
    "StateChanged",
    "TrainingSession",
]
