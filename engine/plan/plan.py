"""A network compiled for one batch size: kernels chosen, buffers allocated, views held."""

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from engine.layers import (
    AvgPool2D,
    BatchNorm2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool2D,
    Layer,
    LeakyReLU,
    MaxPool2D,
    ReLU,
    Sigmoid,
    Tanh,
)
from engine.parameters import Parameters
from engine.plan.batch_norm import BatchNormKernel, Exchange
from engine.plan.convolution import ConvolutionKernel
from engine.plan.convolution_pool import ConvolutionPoolKernel
from engine.plan.convolution_rows import ConvolutionRowsKernel
from engine.plan.convolution_winograd import ConvolutionWinogradKernel
from engine.plan.dense import DenseKernel
from engine.plan.description import describe_stretch
from engine.plan.elementwise import (
    DropoutKernel,
    LeakyReLUKernel,
    ReLUKernel,
    SigmoidKernel,
    TanhKernel,
)
from engine.plan.kernel import Kernel
from engine.plan.loss import SoftmaxCrossEntropy
from engine.plan.max_pool2 import MaxPool2Kernel
from engine.plan.pooling import AvgPoolKernel, GlobalAvgPoolKernel, MaxPoolKernel
from engine.plan.tensor import Array, Tensor, allocate
from engine.spec import NetworkSpec


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Layers ``[start, end)`` that one kernel computes."""

    start: int
    end: int


class Plan:
    """Runs a network on exactly `batch` pictures at a time. One thread at a time.

    Parameters
    ----------
    spec, batch
        What is compiled, and for how many pictures.
    parameters
        Read through views at every step; a change in its vector is seen at the next `load`.
    gradients
        Where `backward` writes; None for a plan that only looks forward.
    exchange
        Adds up batch normalisation's statistics over processes; None where this one has the whole batch.
    keep_all
        Keep each layer's own output for `outputs`: no layers are joined and none writes over another's.
    to_input
        Let `backward_from` go on to the pictures: `input_gradient`.
    """

    def __init__(
        self,
        spec: NetworkSpec,
        batch: int,
        parameters: Parameters,
        gradients: Parameters | None = None,
        *,
        keep_all: bool = False,
        exchange: Exchange | None = None,
        to_input: bool = False,
    ) -> None:
        self._exchange = exchange
        self.spec, self.batch = spec, batch
        self._parameters, self._gradients = parameters, gradients
        self._keep_all = keep_all
        dtype = parameters.vector.dtype
        self._dtype = dtype
        learns = [bool(_trained(spec, name)) for name in spec.layer_names]
        # Gradients flow down to the first layer that learns, and no further.
        self._first_learning = 0 if to_input else learns.index(True) if any(learns) else len(learns)
        self._input = Tensor.make(spec.input_shape, batch, dtype, gradient=to_input)
        self._input_rows = self._input.value.reshape(-1, batch)
        self._pixel = dtype.type(1 / 255)
        self.outputs: dict[str, Array] = {}
        self.kernels: list[Kernel] = []
        self._chosen: list[tuple[_Stretch, Kernel | None]] = []
        # What flows between kernels, with its gradients.
        self._tensors: list[Array] = [self._input.value]
        self._backward: list[Kernel] = []
        x = self._input
        for stretch in self._stretches():
            x = self._add(stretch, x)
        self.logits, self._dlogits = x.value, x.gradient
        if gradients is not None and x.gradient is None:
            # Nothing learns, yet there is a loss.
            x = Tensor(x.value, allocate(x.value.shape, dtype))
        self._loss = SoftmaxCrossEntropy(x) if x.gradient is not None else None

    def load(self) -> None:
        """Bring the kernels' own copies of the weights up to date; needed after each change of them."""
        for kernel in self.kernels:
            kernel.load()

    def forward(
        self,
        x: NDArray[np.generic],
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> Array:
        """Compute the logits ``(classes, batch)`` of pictures ``(batch, c, h, w)``; overwritten next time.

        Pictures are uint8 0–255 or floating 0–1.
        """
        np.copyto(self._input_rows, x.reshape(self.batch, -1).T)
        if x.dtype == np.uint8:
            np.multiply(self._input_rows, self._pixel, out=self._input_rows)
        for kernel in self.kernels:
            kernel.forward(training, rng)
        return self.logits

    def backward(
        self,
        labels: NDArray[np.int64],
        scale: float,
        label_smoothing: float,
        *,
        first: bool,
        weights: Array | None = None,
    ) -> tuple[float, int]:
        """Compute the gradients of `scale` × the (weighted) sum of losses of what `forward` last saw.

        `first` overwrites the gradients, otherwise they are added to. Returns (sum of losses, right answers).
        """
        assert self._loss is not None
        result = self._loss(labels, scale, label_smoothing, weights)
        for kernel in self._backward:
            kernel.backward(first)
        return result

    def backward_from(self, seed: Array) -> Array:
        """Carry `seed` ``(batch, classes)``, wanted of the logits, back to the pictures ``(batch, c, h, w)``.

        Overwritten next time. Only of a plan that goes on to the input.
        """
        assert self._dlogits is not None and self._input.gradient is not None
        np.copyto(self._dlogits, seed.T)
        for kernel in self._backward:
            kernel.backward(True)
        return np.moveaxis(self._input.gradient, -1, 0)

    def store(self) -> None:
        """Write the gradients out in the public layout; once, after the last `backward` of a step."""
        for kernel in self._backward:
            kernel.store()

    def describe(self) -> str:
        """Say, for each stretch of layers, which kernel computes it, why, its products and its memory."""
        parameters = [self._parameters.vector]
        if self._gradients is not None:
            parameters.append(self._gradients.vector)
        shared = [*parameters, *self._tensors]
        return "\n".join(
            describe_stretch(self.spec.layer_names[stretch.start : stretch.end], kernel, self.batch, shared)
            for stretch, kernel in self._chosen
        )

    def update_running_statistics(self, update: bool) -> None:
        """Tell batch normalisation whether a forward pass in training moves its running statistics."""
        for kernel in self.kernels:
            if isinstance(kernel, BatchNormKernel):
                kernel.update_running = update

    def _stretches(self) -> list[_Stretch]:
        """Cut the layers into stretches that one kernel each computes."""
        layers, names = self.spec.layers, self.spec.layer_names
        stretches, i = [], 0
        while i < len(layers):
            layer, end = layers[i], i + 1
            if isinstance(layer, Conv2D) and not self._keep_all:
                after = i + 2 if end < len(layers) and isinstance(layers[end], ReLU) else i + 1
                pool = layers[after] if after < len(layers) else None
                channels = self.spec.input_shapes[names[i]][0]
                if isinstance(pool, MaxPool2D) and (
                    ConvolutionPoolKernel.fits(layer, pool, channels)
                    or (
                        MaxPool2Kernel.fits(pool)
                        and ConvolutionWinogradKernel.fits(layer, channels, self.batch, pool=True)
                    )
                ):
                    end = after + 1
            elif isinstance(layer, ReLU) and not self._keep_all and end < len(layers):
                pool = layers[end]
                if isinstance(pool, MaxPool2D) and MaxPool2Kernel.fits(pool):
                    end += 1
            stretches.append(_Stretch(i, end))
            i = end
        return stretches

    def _add(self, stretch: _Stretch, x: Tensor) -> Tensor:
        """Make the kernel of a stretch on input `x`; give its output."""
        i, last = stretch.start, stretch.end - 1
        name, layer = self.spec.layer_names[i], self.spec.layers[i]
        shape = self.spec.shapes[self.spec.layer_names[last]]
        flows = self._gradients is not None and last >= self._first_learning
        if isinstance(layer, Flatten):
            y = self._flat(x)
            self.outputs[name] = y.value
            self._chosen.append((stretch, None))
            return y
        if isinstance(layer, ReLU) and stretch.end - i == 1 and self._may_overwrite(i):
            y = x
        else:
            y = Tensor.make(shape, self.batch, self._dtype, gradient=flows)
        kernel = self._kernel(name, layer, stretch, x, y)
        self.kernels.append(kernel)
        self._chosen.append((stretch, kernel))
        self._tensors += [array for array in (y.value, y.gradient) if array is not None]
        if flows and (x.gradient is not None or _trained(self.spec, name)):
            self._backward.insert(0, kernel)
        self.outputs[self.spec.layer_names[last]] = y.value
        return y

    def _flat(self, x: Tensor) -> Tensor:
        n = self.batch
        gradient = None if x.gradient is None else x.gradient.reshape(-1, n)
        return Tensor(x.value.reshape(-1, n), gradient)

    def _may_overwrite(self, i: int) -> bool:
        """Tell whether a ReLU may write over its input: nobody needs that, nor the layer before it."""
        before = self.spec.layers[i - 1] if i else None
        return not self._keep_all and isinstance(before, Conv2D | Dense | BatchNorm2D)

    def _kernel(self, name: str, layer: Layer, stretch: _Stretch, x: Tensor, y: Tensor) -> Kernel:
        weights, gradients = self._views(name, layer)
        backward = self._gradients is not None and x.gradient is not None
        match layer:
            case Conv2D() if stretch.end - stretch.start > 1:
                relu = stretch.end - stretch.start == 3
                if ConvolutionWinogradKernel.fits(layer, x.value.shape[0], self.batch, pool=True):
                    return ConvolutionWinogradKernel(layer, x, y, *weights, *gradients, pool=True, relu=relu)
                return ConvolutionPoolKernel(layer, relu, x, y, *weights, *gradients)
            case Conv2D() if ConvolutionWinogradKernel.fits(layer, x.value.shape[0], self.batch):
                return ConvolutionWinogradKernel(layer, x, y, *weights, *gradients)
            case Conv2D():
                sides = layer.sides(self.spec.input_shapes[name])
                rows = ConvolutionRowsKernel.fits(layer, sides)
                kernel = ConvolutionRowsKernel if rows else ConvolutionKernel
                return kernel(layer, x, y, *weights, *gradients)
            case Dense():
                return DenseKernel(x, y, *weights, *gradients)
            case ReLU() if stretch.end - stretch.start > 1:
                return MaxPool2Kernel(True, x, y, backward=backward)
            case MaxPool2D() if MaxPool2Kernel.fits(layer):
                return MaxPool2Kernel(False, x, y, backward=backward)
            case MaxPool2D():
                return MaxPoolKernel(layer, x, y, backward=backward)
            case AvgPool2D():
                return AvgPoolKernel(layer, x, y, backward=backward)
            case GlobalAvgPool2D():
                return GlobalAvgPoolKernel(x, y, backward=backward)
            case BatchNorm2D():
                return self._batch_norm(name, layer, x, y)
            case ReLU():
                return ReLUKernel(x, y, backward=backward)
            case LeakyReLU():
                return LeakyReLUKernel(layer.slope, x, y, backward=backward)
            case Sigmoid():
                return SigmoidKernel(x, y, backward=backward)
            case Tanh():
                return TanhKernel(x, y, backward=backward)
            case Dropout():
                return DropoutKernel(layer.rate, x, y)
        raise TypeError(f"no kernel for {type(layer).__name__}")

    def _views(
        self, name: str, layer: Layer
    ) -> tuple[tuple[Array, Array | None], tuple[Array | None, Array | None]]:
        """Weight and bias of a Conv2D or Dense layer, and where their gradients go."""
        if not isinstance(layer, Conv2D | Dense):
            return (np.empty(0), None), (None, None)
        p, g = self._parameters, self._gradients
        bias = f"{name}.bias" if layer.bias else None
        values = p[f"{name}.weight"], p[bias] if bias else None
        if g is None:
            return values, (None, None)
        return values, (g[f"{name}.weight"], g[bias] if bias else None)

    def _batch_norm(self, name: str, layer: BatchNorm2D, x: Tensor, y: Tensor) -> BatchNormKernel:
        p, g = self._parameters, self._gradients
        values = (
            p[f"{name}.scale"],
            p[f"{name}.shift"],
            p[f"{name}.running_mean"],
            p[f"{name}.running_variance"],
        )
        gradients = None if g is None else (g[f"{name}.scale"], g[f"{name}.shift"])
        return BatchNormKernel(layer, x, y, values, gradients, self._exchange)


def _trained(spec: NetworkSpec, name: str) -> bool:
    return bool(spec.layer(name).parameter_shapes(spec.input_shapes[name]))


def patch_numbers(spec: NetworkSpec) -> int:
    """Give the most numbers that any layer's buffer holds for one picture."""
    most = prod(spec.input_shape)
    for name, layer in zip(spec.layer_names, spec.layers, strict=True):
        most = max(most, prod(spec.shapes[name]))
        if isinstance(layer, Conv2D):
            positions = prod(spec.shapes[name][1:])
            most = max(most, spec.input_shapes[name][0] * prod(layer.kernel) * positions)
    return most
