"""Batches of any size, run through plans of a few sizes."""

from collections import OrderedDict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.cores import default_workers, share_out
from engine.layers import BatchNorm2D, Dropout
from engine.parameters import Parameters
from engine.plan.batch_norm import Exchange
from engine.plan.plan import Plan, patch_numbers
from engine.plan.tensor import Array
from engine.spec import NetworkSpec

# Pictures at a time: as many as keep the largest buffer around this many numbers (cache), within bounds
# that keep Python's share small and the products' shapes good. Measured with benchmarks/training.py.
BUFFER_NUMBERS = 1_500_000
FEWEST, MOST = 16, 64

# Parts for each of several threads that answer together: with fewer, waking them costs what they save.
PARTS_PER_THREAD = 2

# Enough for the sizes in use at one time: a part of a batch, its remainder, one picture.
PLANS_KEPT = 4

ALL = slice(None)


class Executor:
    """Cuts batches into parts that stay in cache, and keeps a compiled plan for each part's size.

    One thread at a time.

    Parameters
    ----------
    spec, parameters, gradients, keep_all
        As for `Plan`.
    exchange
        Adds up batch normalisation's statistics over the parts of a batch that other processes compute.
    to_input
        For `input_gradient`.
    """

    def __init__(
        self,
        spec: NetworkSpec,
        parameters: Parameters,
        gradients: Parameters | None = None,
        *,
        keep_all: bool = False,
        exchange: Exchange | None = None,
        to_input: bool = False,
    ) -> None:
        self._exchange, self._to_input = exchange, to_input
        self._spec, self._parameters, self._gradients = spec, parameters, gradients
        self._keep_all = keep_all
        self._plans: OrderedDict[int, Plan] = OrderedDict()
        # For the other threads, when there are many pictures: plans are for one thread at a time.
        self._others: list[Executor] = []
        self.needs_whole_batches = any(isinstance(layer, BatchNorm2D) for layer in spec.layers)
        self.has_dropout = any(isinstance(layer, Dropout) for layer in spec.layers)
        fitting = max(FEWEST, min(MOST, BUFFER_NUMBERS // patch_numbers(spec)))
        self._part = 1 << (fitting.bit_length() - 1)

    @property
    def gradients(self) -> Parameters | None:
        """Where the gradients are written; None where nothing learns."""
        return self._gradients

    def plan(self, batch: int) -> Plan:
        """Give the plan for exactly `batch` pictures, compiled when first asked for."""
        plan = self._plans.pop(batch, None)
        if plan is None:
            plan = Plan(
                self._spec,
                batch,
                self._parameters,
                self._gradients,
                keep_all=self._keep_all,
                exchange=self._exchange,
                to_input=self._to_input,
            )
            if len(self._plans) >= PLANS_KEPT:
                self._plans.popitem(last=False)
        self._plans[batch] = plan
        return plan

    def parts(
        self, x: NDArray[np.generic], *, whole: bool = False, which: slice = ALL
    ) -> Iterator[tuple[slice, Plan]]:
        """Cut a batch into slices, and give some of them, each with its plan, weights loaded."""
        n = len(x)
        size = n if whole else self._part
        loaded: set[int] = set()
        for start in range(0, n, size)[which]:
            part = slice(start, min(start + size, n))
            plan = self.plan(part.stop - part.start)
            if plan.batch not in loaded:
                plan.load()
                loaded.add(plan.batch)
            yield part, plan

    def logits(self, x: NDArray[np.generic]) -> Array:
        """Logits ``(n, classes)`` of pictures ``(n, c, h, w)``, outside training; of many, on all cores.

        They do not depend on the number of cores.
        """
        out = np.empty((len(x), len(self._spec.classes)), self._parameters.vector.dtype)
        members = min(default_workers(), len(x) // (PARTS_PER_THREAD * self._part))
        if members < 2:
            self._answer(x, out, ALL)
            return out
        while len(self._others) < members - 1:
            self._others.append(Executor(self._spec, self._parameters, keep_all=self._keep_all))
        executors = [*self._others[: members - 1], self]
        share_out(lambda member: executors[member]._answer(x, out, slice(member, None, members)), members)
        return out

    @np.errstate(over="ignore", invalid="ignore")
    def _answer(self, x: NDArray[np.generic], out: Array, which: slice) -> None:
        """Compute the logits of some of the parts."""
        for part, plan in self.parts(x, which=which):
            out[part] = plan.forward(x[part]).T

    def input_gradient(self, x: NDArray[np.generic], seeds: Array) -> tuple[Array, Array]:
        """Logits, and the gradient in the pictures of what the `seeds` want of them, outside training."""
        dtype = self._parameters.vector.dtype
        logits, gradient = np.empty((len(x), len(self._spec.classes)), dtype), np.empty(x.shape, dtype)
        for part, plan in self.parts(x):
            logits[part] = plan.forward(x[part]).T
            gradient[part] = plan.backward_from(seeds[part])
        return logits, gradient

    def loss_and_gradients(
        self,
        x: NDArray[np.generic],
        y: NDArray[np.int64],
        *,
        weights: NDArray[np.floating] | None = None,
        count: int | None = None,
        label_smoothing: float = 0.0,
        rng: np.random.Generator | None = None,
        update_running: bool = False,
    ) -> tuple[float, int]:
        """Mean loss and right answers of a batch in training; its gradients go where the plans write them.

        Where it is a part of a larger batch, `count` is how many pictures that has: what is returned and
        written is then the part's share in the mean. `weights` ``(n,)`` multiply the pictures' losses before
        the mean, which still is over their number.
        """
        total, right, scale = 0.0, 0, 1 / (count or len(x))
        used: dict[int, Plan] = {}
        for part, plan in self.parts(x, whole=self.needs_whole_batches):
            plan.update_running_statistics(update_running)
            plan.forward(x[part], training=True, rng=rng)
            first = plan.batch not in used
            weight = None if weights is None else weights[part].astype(plan.logits.dtype, copy=False)
            if first and used:
                # A second size in one batch (its remainder) adds to what the first one stored.
                loss, correct = self._add_remainder(plan, y[part], scale, label_smoothing, used, weight)
            else:
                loss, correct = plan.backward(y[part], scale, label_smoothing, first=first, weights=weight)
                used[plan.batch] = plan
            total, right = total + loss, right + correct
        for plan in used.values():
            plan.store()
        return total * scale, right

    def _add_remainder(
        self,
        plan: Plan,
        labels: NDArray[np.int64],
        scale: float,
        label_smoothing: float,
        used: dict[int, Plan],
        weights: Array | None,
    ) -> tuple[float, int]:
        assert self._gradients is not None
        for other in used.values():
            other.store()
        used.clear()
        before = self._gradients.vector.copy()
        result = plan.backward(labels, scale, label_smoothing, first=True, weights=weights)
        plan.store()
        self._gradients.vector += before
        return result
