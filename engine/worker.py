"""The training process: a `TrainingSession` behind two pipes. Started by `engine.process_session`.

It reads a run, its data and then commands on standard input, and writes what is new to standard output. It
ends when the run has ended, or when standard input does: a window that dies leaves no process behind.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass, replace
from typing import BinaryIO

import msgspec
import numpy as np
from safetensors.numpy import load

from engine.cores import default_workers
from engine.crew import Crew
from engine.formats.events import encode_event
from engine.formats.run import run_from_bytes, run_to_bytes
from engine.session import TrainingSession
from engine.session_messages import ENDED, SessionState
from engine.wire import (
    HELPERS,
    Kind,
    RecordedMessage,
    SnapshotMessage,
    Update,
    decode_command,
    encode_probes,
    encode_saved,
    read_frame,
    write_frame,
)

# How often what is new is sent: a small part of a display frame, and a small part of this process's time.
PUMP_SECONDS = 0.005

# How long the thread that trains may keep the interpreter from one that brings a wish or sends an answer.
SWITCH_SECONDS = 0.0005

# How often the list of recorded steps is sent while it grows.
TAPE_SECONDS = 0.1

# Below the window's, which must stay smooth while this process takes all that is left.
NICENESS = 5


def main() -> int:
    """Serve one run; gives the exit code."""
    commands, answers = sys.stdin.buffer, sys.stdout.buffer
    # Whatever else is printed in this process must not get between the frames.
    sys.stdout = sys.stderr
    # Ctrl+C in a terminal is for the window, which ends this process in good order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    # Its helpers get warm together with this process.
    helped = default_workers() > 1 and os.environ.get(HELPERS) != "0"
    crew = Crew(default_workers() - 1) if helped else None
    try:
        return _serve(commands, answers, crew)
    finally:
        if crew is not None:
            crew.close()


def _serve(commands: BinaryIO, answers: BinaryIO, crew: Crew | None) -> int:
    session = _read_session(commands, crew)
    if session is None:
        return 0
    sys.setswitchinterval(SWITCH_SECONDS)
    asked = threading.Event()
    pump = threading.Thread(target=_pump, args=(session, answers, asked), name="pump", daemon=True)
    pump.start()
    while (frame := read_frame(commands)) is not None:
        session.send(decode_command(frame[1]))
        asked.set()
    session.close()
    pump.join(5)
    return 0


def _read_session(commands: BinaryIO, crew: Crew | None) -> TrainingSession | None:
    run, data = read_frame(commands), read_frame(commands)
    if run is None or data is None:
        return None
    record, _ = run_from_bytes(run[1])
    arrays = load(data[1])
    test = (arrays["test_pictures"], arrays["test_labels"]) if "test_labels" in arrays else None
    return TrainingSession(
        record.spec,
        record.config,
        (arrays["pictures"], arrays["labels"]),
        test_data=test,
        name=record.name,
        record=record,
        crew=crew,
    )


@dataclass(slots=True)
class _Sent:
    """What the window knows already: rows of both tables, and the tape's steps and when they were sent."""

    steps: int
    tests: int
    tape_changes: int = 0
    tape_at: float = 0.0


def _pump(session: TrainingSession, answers: BinaryIO, asked: threading.Event) -> None:
    """Send what is new until the run has ended, then the whole of it; soon where something was asked."""
    sent = _Sent(len(session.steps), len(session.tests))
    session.snapshot()
    try:
        while True:
            over = session.state in ENDED and not session.is_alive
            _send_news(session, answers, sent)
            if over:
                record = session.record()
                if not session.keeps_tape:
                    record = replace(record, recording=None)
                write_frame(answers, Kind.END, run_to_bytes(record, data=""))
                return
            if asked.wait(PUMP_SECONDS):
                asked.clear()
    except (OSError, ValueError):
        # When nobody reads any more, standard input ends as well, and with it this process.
        pass
    finally:
        # Whatever went wrong here, the window must not wait for more.
        with contextlib.suppress(OSError, ValueError):
            answers.close()


def _send_news(session: TrainingSession, answers: BinaryIO, sent: _Sent) -> None:
    # The position first: it must not be ahead of the rows that are sent with it.
    at, speed = session.position, session.images_per_second
    events = session.drain_events()
    steps, tests = session.steps.since(sent.steps), session.tests.since(sent.tests)
    snapshot = session.snapshot()
    # What is told of a step is never ahead of the tape.
    _send_tape_news(session, answers, sent)
    if len(steps) or len(tests) or events:
        sent.steps, sent.tests = sent.steps + len(steps), sent.tests + len(tests)
        update = Update(
            steps.tobytes(),
            tests.tobytes(),
            [encode_event(event) for event in events],
            (at.step, at.epoch, at.picture),
            speed,
        )
        write_frame(answers, Kind.UPDATE, msgspec.msgpack.encode(update))
    for part in session.probe_readings():
        write_frame(answers, Kind.PROBES, encode_probes(part))
    saved = session.saved()
    if saved is not None:
        write_frame(answers, Kind.SAVED, encode_saved(saved))
    if snapshot is not None:
        vector = snapshot.parameters.vector.tobytes()
        message = SnapshotMessage(snapshot.step, snapshot.epoch, vector)
        write_frame(answers, Kind.SNAPSHOT, msgspec.msgpack.encode(message))


def _send_tape_news(session: TrainingSession, answers: BinaryIO, sent: _Sent) -> None:
    recorded = session.recorded()
    if recorded is not None:
        message = RecordedMessage(recorded.step, recorded.parameters.vector.tobytes())
        write_frame(answers, Kind.RECORDED, msgspec.msgpack.encode(message))
    now, changes = time.monotonic(), session.tape.changes
    due = now >= sent.tape_at + TAPE_SECONDS or session.state is not SessionState.RUNNING
    if due and changes != sent.tape_changes:
        sent.tape_changes, sent.tape_at = changes, now
        write_frame(answers, Kind.TAPE_STEPS, np.array(session.recorded_steps, np.int64).tobytes())


if __name__ == "__main__":
    sys.exit(main())
