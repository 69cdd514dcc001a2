"""How soon threads give up the interpreter while somebody wants them to."""

import sys

from gui.switching import PromptSwitching


def test_it_is_prompt_as_long_as_anybody_wants_it() -> None:
    usual = sys.getswitchinterval()
    switching = PromptSwitching()
    with switching:
        assert sys.getswitchinterval() < usual
        with switching:
            assert sys.getswitchinterval() < usual
        assert sys.getswitchinterval() < usual
    assert sys.getswitchinterval() == usual


def test_it_is_as_before_when_one_ends_before_another() -> None:
    usual = sys.getswitchinterval()
    switching = PromptSwitching()
    switching.__enter__()
    switching.__enter__()
    switching.__exit__()
    assert sys.getswitchinterval() < usual
    switching.__exit__()
    assert sys.getswitchinterval() == usual
