"""What a plan asks of each of its kernels."""

import numpy as np

from engine.plan.tensor import Array


class Kernel:
    """Computes one stretch of layers on buffers that it was given once.

    Within a training step the plan calls `load`, then for each part of the batch `forward` and `backward`,
    then `store`. One thread at a time.
    """

    why = "each number by itself"
    """Why this kernel computes what it does, for `Plan.describe`."""

    @property
    def flops(self) -> tuple[int, int]:
        """Floating-point operations of its matrix products, forward and backward."""
        return 0, 0

    def load(self) -> None:
        """Copy the weights into the kernel's own layout, where it has one."""

    def forward(self, training: bool, rng: np.random.Generator | None) -> None:
        """Compute the output from the input's value."""
        raise NotImplementedError

    def backward(self, first: bool) -> None:
        """Compute the gradients from the output's; `first` overwrites the weights', otherwise adds."""
        raise NotImplementedError

    def store(self) -> None:
        """Write the weights' gradients in the public layout, where the kernel has its own."""


def accumulate(left: Array, right: Array, out: Array, scratch: Array, first: bool) -> None:
    """Out = left @ right, or out += left @ right when not `first`."""
    if first:
        np.matmul(left, right, out=out)
    else:
        np.matmul(left, right, out=scratch)
        np.add(out, scratch, out=out)
