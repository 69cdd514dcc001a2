"""A program that works on a project until it is killed: it trains, autosaves and packs without a pause.

For each folder that is read on standard input it starts a process, which goes on with what it finds there,
and says on standard output what it has done, one line each. Nothing is imported again for the next one.
"""

import os
import sys
import threading
from dataclasses import replace
from pathlib import Path

from engine.formats.project import make_project_folder, run_folder, write_project
from engine.formats.project_file import pack
from engine.formats.run_folder import RUN_FILE, read_run_folder
from engine.process_session import ProcessSession
from engine.session import TrainingSession
from engine.session_messages import RunSaved, SaveRun
from tests.engine.network_samples import SMALL
from tests.engine.project_samples import CONFIG, DATA, content_of

LONG = replace(CONFIG, epochs=1_000_000)


def say(*words: object) -> None:
    """Write one line, whole, without a buffer."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def work(place: Path, kind: str) -> None:
    """Go on with the project at a place, for ever."""
    folder = place / "working"
    make_project_folder(folder)
    run = run_folder(folder, "run-1")
    record = read_run_folder(run)[0] if (run / RUN_FILE).exists() else None
    make = ProcessSession if kind == "process" else TrainingSession
    session = make(SMALL, LONG, DATA, name="Run 1", record=record)
    session.start()
    pause = threading.Event()
    number = 0
    say("begun", session.step_count)
    while True:
        session.send(SaveRun(str(run), "embedded"))
        while (saved := session.saved()) is None:
            pause.wait(0.0005)
        if not isinstance(saved, RunSaved):
            say("failed", saved.sentence)
            return
        say("saved", saved.step)
        number += 1
        content = content_of("run-1")
        write_project(folder, replace(content, project=replace(content.project, notes=f"note {number}")))
        if number % 2:
            pack(folder, place / "class.filterscope")
            say("packed", saved.step)


def main() -> None:
    """Start a process for each line: the kind of the session, and the folder."""
    for line in sys.stdin:
        kind, _, place = line.strip().partition(" ")
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            try:
                say("pid", os.getpid())
                work(Path(place), kind)
            finally:
                os._exit(1)
        os.waitpid(pid, 0)
        say("ended")


if __name__ == "__main__":
    main()
