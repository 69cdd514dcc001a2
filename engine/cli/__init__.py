"""The command line: train, evaluate, classify, export and import networks without a screen."""

import os
import sys
from collections.abc import Sequence

from engine.cli.arguments import EXIT_DIVERGED, EXIT_ERROR, EXIT_INTERRUPTED, parse
from engine.cli.output import complain
from engine.errors import EngineError
from engine.trainer import TrainingDiverged

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Run one command; give its exit code, as `--help` documents it. Wrong arguments raise SystemExit(2)."""
    for stream in (sys.stdout, sys.stderr):
        # A console that cannot show a character shows "?" instead of ending the program.
        getattr(stream, "reconfigure", lambda **_: None)(errors="replace")
    options = parse(arguments)
    try:
        code = int(options.command(options))
        sys.stdout.flush()
        return code
    except TrainingDiverged as error:
        complain(str(error))
        return EXIT_DIVERGED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python's own flush at the end must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        complain(f"{where}{error.strerror or error}")
        return EXIT_ERROR
    except EngineError as error:
        complain(str(error))
        return EXIT_ERROR
    except KeyboardInterrupt:
        complain("Interrupted.")
        return EXIT_INTERRUPTED
