"""How much the book of runs remembers."""

from types import SimpleNamespace

from engine import Dense, Flatten, Network, NetworkSpec
from engine.tape import Tape
from gui.run_book import LEAST_STEPS, RunBook, RunEntry

SPEC = NetworkSpec((1, 6, 6), (Flatten(), Dense(2)))


def test_what_two_tapes_share_counts_once_and_until_both_have_let_it_go():
    first = Network(SPEC, seed=1).parameters
    ours = Tape(0, first)
    for step in range(1, 129):
        ours.record(step, first.vector + step)
    theirs = Tape(0, first)
    theirs.adopt(ours.strip())
    for step in range(129, 193):
        theirs.record(step, first.vector + step)
    book, size = RunBook(), first.vector.nbytes
    for tape in (ours, theirs):
        session = SimpleNamespace(tape=tape, is_alive=False, name="Run 1")
        book.add(RunEntry(session, None))

    def together():
        return len({id(vector) for tape in (ours, theirs) for vector in tape.items})

    assert together() == 193
    book.trim(limit=193 * size)
    assert (len(ours.steps), len(theirs.steps)) == (129, 193)
    book.trim(limit=100 * size)
    assert together() <= 100
    assert len(ours.steps) <= LEAST_STEPS < len(theirs.steps)
