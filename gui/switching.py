"""How long the GUI thread waits for the interpreter while another thread computes in Python."""

import sys
import threading

# Not Python's 5 ms: whoever paints asks for the interpreter dozens of times a frame.
_PROMPT_S = 0.0005


class PromptSwitching:
    """Has threads give up the interpreter early while at least one holder wants it. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._usual_s = 0.0

    def __enter__(self) -> None:
        with self._lock:
            self._holders += 1
            if self._holders == 1:
                self._usual_s = sys.getswitchinterval()
                sys.setswitchinterval(_PROMPT_S)

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._holders -= 1
            if not self._holders:
                sys.setswitchinterval(self._usual_s)


prompt_switching = PromptSwitching()
