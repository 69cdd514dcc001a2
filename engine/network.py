"""A network: its description and its numbers, and what can be computed from them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from engine.errors import ConfigError, DataError, ShapeError
from engine.functional import softmax
from engine.parameters import Parameters
from engine.plan import Executor, Plan
from engine.spec import NetworkSpec

# Weights may grow until their sums are infinite: then results are not finite, and that is the answer.
QUIET = np.errstate(over="ignore", invalid="ignore")


def initial_parameters(
    spec: NetworkSpec, rng: np.random.Generator, *, dtype: DTypeLike = np.float32
) -> Parameters:
    """Draw the values before training, as each layer's initialiser says."""
    parameters = Parameters(spec.layout, dtype=dtype)
    for name, shape in spec.layout.shapes:
        layer, part = name.split(".")
        parameters[name][...] = spec.layer(layer).initial_value(part, shape, rng=rng)
    return parameters


def check_labels(y: ArrayLike, count: int, classes: int) -> NDArray[np.int64]:
    """Give the labels of `count` pictures as int64; ShapeError if they are not class indices."""
    y = np.asarray(y)
    if y.shape != (count,) or y.dtype.kind not in "iu":
        raise ShapeError(f"labels must be {count} whole numbers, got shape {y.shape} of type {y.dtype}")
    if y.min() < 0 or y.max() >= classes:
        raise ShapeError(f"labels must be from 0 to {classes - 1}, got {y.min()} to {y.max()}")
    return y.astype(np.int64, copy=False)


class Network:
    """A `NetworkSpec` with values for its parameters.

    Not for several threads at once: buffers are reused from call to call.

    Parameters
    ----------
    spec
        What to build.
    seed
        Seeds the random values before training; a `numpy.random.Generator` is used as it is.
    initial_values
        Explicit values for some parameters, by name; the others are drawn.
    dtype
        float32, or float64 for checks.

    Raises
    ------
    ConfigError, ShapeError
        If an explicit value has an unknown name or the wrong shape.
    """

    def __init__(
        self,
        spec: NetworkSpec,
        seed: int | np.random.Generator = 0,
        *,
        initial_values: Mapping[str, ArrayLike] | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        rng = seed if isinstance(seed, np.random.Generator) else np.random.default_rng(seed)
        self.spec = spec
        self.parameters = initial_parameters(spec, rng, dtype=dtype)
        for name, value in (initial_values or {}).items():
            if name not in self.parameters:
                raise ConfigError(
                    f"initial_values must name parameters ({', '.join(self.parameters)}), got {name!r}"
                )
            if np.shape(value) != self.parameters[name].shape:
                raise ShapeError(
                    f"{name} must have shape {self.parameters[name].shape}, got {np.shape(value)}"
                )
            self.parameters[name][...] = value
        self._gradients = Parameters(spec.layout, dtype=dtype)
        self._executors: dict[str, Executor] = {}

    @classmethod
    def from_parameters(cls, spec: NetworkSpec, parameters: Parameters) -> Self:
        """Make a network that holds a copy of `parameters`."""
        if parameters.layout != spec.layout:
            raise ShapeError("the parameters must be laid out as the network's, got another layout")
        network = cls.__new__(cls)
        network.spec = spec
        network.parameters = Parameters(spec.layout, parameters.vector.copy())
        network._gradients = Parameters(spec.layout, dtype=parameters.vector.dtype)
        network._executors = {}
        return network

    @QUIET
    def forward(self, x: NDArray[Any]) -> NDArray[Any]:
        """Logits ``(n, classes)`` of pictures ``(n, c, h, w)``, uint8 0–255 or float 0–1.

        Raises
        ------
        ShapeError, DataError
            If the pictures have another shape or another type.
        """
        return self._executor("forward").logits(self._pictures(x))

    @QUIET
    def probabilities(self, x: NDArray[Any]) -> NDArray[Any]:
        """Softmax of the logits, ``(n, classes)``."""
        return softmax(self.forward(x))

    @QUIET
    def activations(self, x: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Output of every layer by its name, ``(n, c, h, w)`` or ``(n, d)``, as outside training."""
        x = self._pictures(x)
        shapes = {name: self.spec.shapes[name] for name in self.spec.layer_names}
        found = {name: np.empty((len(x), *s), self.parameters.vector.dtype) for name, s in shapes.items()}
        for part, plan in self._executor("activations").parts(x):
            plan.forward(x[part])
            for name, value in plan.outputs.items():
                found[name][part] = np.moveaxis(value, -1, 0)
        return found

    @QUIET
    def input_gradient(self, x: NDArray[Any], seeds: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """How what is wanted of the logits moves with each number of the pictures, as outside training.

        Parameters
        ----------
        x
            Pictures ``(n, c, h, w)``.
        seeds
            ``(n, classes)``: how much each logit counts; one 1 and the rest 0 for a single logit.

        Returns
        -------
        The logits ``(n, classes)``, and the gradient ``(n, c, h, w)``, where pixels are from 0 to 1.
        """
        x = self._pictures(x)
        seeds = np.asarray(seeds, self.parameters.vector.dtype)
        wanted = len(x), len(self.spec.classes)
        if seeds.shape != wanted:
            raise ShapeError(f"the seeds must have shape {wanted}, got {seeds.shape}")
        return self._executor("input").input_gradient(x, seeds)

    @QUIET
    def loss_and_gradients(
        self,
        x: NDArray[Any],
        y: NDArray[Any],
        *,
        label_smoothing: float = 0.0,
        rng: np.random.Generator | None = None,
    ) -> tuple[float, Parameters]:
        """Softmax cross-entropy, mean over the batch, and its gradient in every parameter.

        As in training: batch normalisation uses the batch's own statistics (the running ones stay as they
        are); dropout is active only when an `rng` is given.

        Parameters
        ----------
        x, y
            Pictures ``(n, c, h, w)`` and class indices ``(n,)``.

        Returns
        -------
        The loss, and the gradients by parameter name (a copy; running statistics have zeros).
        """
        x = self._pictures(x)
        y = check_labels(y, len(x), len(self.spec.classes))
        loss, _ = self.executor_for_training().loss_and_gradients(
            x, y, label_smoothing=label_smoothing, rng=rng
        )
        return loss, self._gradients.copy()

    def plan(self, batch: int = 64, *, training: bool = True) -> Plan:
        """Compile the network for `batch` pictures at a time, as training or answering does.

        ``print(net.plan().describe())`` says which kernel computes which layers, why, and at what cost. For
        answers one by one, ``plan = net.plan(1, training=False)`` and then ``plan.forward(x)`` is the
        shortest way: nothing is checked, and its weights stay those of now until its `load`.
        """
        plan = Plan(self.spec, batch, self.parameters, self._gradients if training else None)
        plan.load()
        return plan

    def executor_for_training(self) -> Executor:
        """Give the executor whose backward pass writes to `gradients`; for the trainer."""
        return self._executor("training")

    @property
    def gradients(self) -> Parameters:
        """The last gradients, in place: overwritten by the next training step."""
        return self._gradients

    def save(self, path: str | Path, *, card: Mapping[str, Any] | None = None) -> None:
        """Write a `.safetensors` file; see `engine.formats.model.save_model`."""
        from engine.formats.model import save_model

        save_model(path, self.spec, self.parameters, card=card)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a `.safetensors` or `.onnx` file; FormatError with one clear sentence if it cannot be."""
        from engine.formats.opening import open_network

        model = open_network(path)
        return cls.from_parameters(model.spec, model.parameters)

    def _executor(self, purpose: str) -> Executor:
        if purpose not in self._executors:
            gradients = self._gradients if purpose == "training" else None
            if purpose == "input":
                # Weights' gradients come out on the way, for nobody.
                gradients = self._gradients.copy()
            self._executors[purpose] = Executor(
                self.spec,
                self.parameters,
                gradients,
                keep_all=purpose == "activations",
                to_input=purpose == "input",
            )
        return self._executors[purpose]

    def _pictures(self, x: NDArray[Any]) -> NDArray[Any]:
        x = np.asarray(x)
        if x.shape[1:] != self.spec.input_shape or x.ndim != 4 or len(x) == 0:
            c, h, w = self.spec.input_shape
            raise ShapeError(f"pictures must be (n, {c}, {h}, {w}) with n ≥ 1, got shape {x.shape}")
        if x.dtype != np.uint8 and x.dtype.kind != "f":
            raise DataError(f"pictures must be uint8 0–255 or float 0–1, got {x.dtype}")
        return x

    def __reduce__(self) -> tuple[Any, ...]:
        # Buffers are made anew where they are needed.
        return type(self).from_parameters, (self.spec, self.parameters)

    def __repr__(self) -> str:
        return f"Network({self.spec})"
