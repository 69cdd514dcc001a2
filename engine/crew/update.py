"""The update of a large network's parameters, divided among the members of a crew."""

import numpy as np

from engine.crew.board import Board
from engine.crew.rendezvous import Exchange
from engine.optimizers import Optimizer


def write_settings(board: Board, optimizer: Optimizer, learning_rate: float) -> None:
    """Write down how the next round's update is to be made; the leader does."""
    values = (learning_rate, optimizer.momentum, optimizer.weight_decay, *optimizer.counts)
    board.settings[: len(values)] = values


def read_settings(board: Board, optimizer: Optimizer) -> float:
    """Take over how the update is to be made; gives the learning rate."""
    rate, optimizer.momentum, optimizer.weight_decay, *counts = board.settings.tolist()
    optimizer.counts = tuple(counts[: len(optimizer.counts)])
    return rate


def update_own_part(
    board: Board,
    member: int,
    meet: Exchange,
    optimizer: Optimizer,
    learning_rate: float,
    loss: float,
    right: int,
) -> tuple[float, int, bool]:
    """Add up all gradients of this member's part of the parameters, and update that part.

    Two meetings: at the first all gradients have been written, at the second it is known whether they are
    numbers. All members come to the same conclusion: nobody updates unless everybody does.

    Returns
    -------
    Loss and right answers of the whole batch, and whether loss and gradients were finite.
    """
    found = np.array([loss, right])
    meet(found)
    part = board.plan.part(member)
    total = board.total[part]
    np.add(board.gradients[0, part], board.gradients[1, part], out=total)
    for other in range(2, board.plan.members):
        total += board.gradients[other, part]
    square = np.array([float(total @ total)])
    meet(square)
    finite = bool(np.isfinite(found[0]) and np.isfinite(square[0]))
    if finite:
        optimizer.step(board.parameters, board.total, learning_rate, part)
    return float(found[0]), int(found[1]), finite
