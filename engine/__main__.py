"""Run the engine from a command line: ``python -m engine --help``."""

import os
import subprocess
import sys

# One linear algebra thread: the engine's products are too small to be shared out. The libraries read this
# when NumPy is loaded, which running a package does before this file: so the program starts again.
THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def _start_again(environment: dict[str, str]) -> int:
    command = [sys.executable, *sys.orig_argv[1:]]
    if os.name == "nt":
        # Windows has no true exec: the console would not wait.
        return subprocess.call(command, env=environment)
    os.execve(command[0], command, environment)


if __name__ == "__main__":
    if not os.environ.keys() >= THREADS.keys():
        sys.exit(_start_again({**THREADS, **os.environ}))
    from engine.cli import main

    sys.exit(main(sys.argv[1:]))
