"""Says what a plan computes with, and why: kernels, products, memory."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from engine.plan.kernel import Kernel
from engine.plan.tensor import Array

_KIB = 1024


def describe_stretch(
    layers: tuple[str, ...], kernel: Kernel | None, batch: int, shared: Iterable[Array]
) -> str:
    """Describe one stretch of layers in a few lines.

    Parameters
    ----------
    layers
        Their names.
    kernel
        What computes them; None where there is nothing to compute.
    batch
        Pictures that the plan is for.
    shared
        Arrays that are not the kernel's own: values between kernels, and parameters.
    """
    title = " – ".join(layers)
    if kernel is None:
        return f"{title}\n  nothing to compute: another view of the same numbers"
    forward, backward = kernel.flops
    lines = [f"{title}\n  {type(kernel).__name__}: {kernel.why}"]
    if forward:
        lines.append(
            f"  products: {forward / batch / 1e6:,.3f} MFLOP forward, {backward / batch / 1e6:,.3f} backward "
            "per picture"
        )
    buffers = _own_buffers(kernel, shared)
    size = sum(buffer.nbytes for buffer in buffers)
    lines.append(f"  {len(buffers)} buffers of its own, {size / _KIB:,.0f} KiB for {batch} pictures")
    return "\n".join(lines)


def _own_buffers(kernel: Kernel, shared: Iterable[Array]) -> list[Array]:
    """List the memory that a kernel allocated, each piece once, however many views of it are held."""
    others = {id(_root(array)) for array in shared}
    roots = {id(root): root for root in map(_root, _arrays_in(kernel, set())) if id(root) not in others}
    return list(roots.values())


def _root(array: Array) -> Array:
    """Give the array that a view's memory belongs to."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    # What `as_strided` made stands behind an object that holds the array.
    holder = getattr(array.base, "base", None)
    return _root(holder) if isinstance(holder, np.ndarray) else array


def _arrays_in(thing: Any, seen: set[int]) -> Iterator[Array]:
    """Find the arrays that an object holds, in its own parts and in lists, too."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        yield thing
    elif isinstance(thing, list | tuple):
        for part in thing:
            yield from _arrays_in(part, seen)
    elif type(thing).__module__.startswith("engine.plan"):
        names = getattr(type(thing), "__slots__", ()) or vars(thing)
        for name in names:
            yield from _arrays_in(getattr(thing, name), seen)
