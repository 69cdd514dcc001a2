"""Write a small project for trying packages: one short run with its tape. Called by `try_package.py`.

``python packaging/sample_project.py FILE NAME`` calls the run NAME.
"""

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
import main  # noqa: E402, F401  sets the number of BLAS threads
from engine.datasets import embedded_digits  # noqa: E402
from engine.formats.project import make_project_folder, run_folder, write_project  # noqa: E402
from engine.formats.project_file import pack  # noqa: E402
from engine.formats.run_folder import RunFolder  # noqa: E402
from engine.project import Project, ProjectContent, ProjectRun  # noqa: E402
from engine.recipes import preset  # noqa: E402
from engine.session import TrainingSession  # noqa: E402
from engine.session_messages import Run  # noqa: E402

STEPS = 40


def write(path: Path, name: str) -> None:
    """Train a little, and pack it."""
    split, chosen = embedded_digits(), preset("one-filter")
    session = TrainingSession(chosen.spec, chosen.config, split.train, test_data=split.test, name=name)
    session.send(Run(steps=STEPS))
    while session.step_count < STEPS:
        time.sleep(0.01)
    session.close(keep_tape=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make_project_folder(folder)
        RunFolder(run_folder(folder, "sample")).write(session.record(), data="embedded")
        write_project(folder, ProjectContent(Project((ProjectRun("sample", name),), "sample")))
        pack(folder, path)


if __name__ == "__main__":
    write(Path(sys.argv[1]), sys.argv[2])
