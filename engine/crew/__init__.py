"""Several processes that share each batch of one training: one leads, the others help.

`share` computes a part of a batch, for everybody; `board` is the memory that all of them see; `memory` gets
it from the system; `rendezvous` lets them wait for each other; `leader` starts the helpers and adds up what
they find; `helper` is the program that a helper runs.
"""

from engine.crew.leader import Crew

__all__ = ["Crew"]
