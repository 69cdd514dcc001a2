"""The features of a trained network's layer, as a scikit-learn transformer."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from engine.errors import ConfigError
from engine.estimator.base import ConvNetEstimator
from engine.layers import Flatten
from engine.spec import NetworkSpec


class ConvNetTransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ConvNetEstimator):  # type: ignore[misc]
    """Trains a network on labelled pictures, and turns pictures into what one of its layers gives.

    Parameters
    ----------
    layer
        Name of the layer ("conv1", "relu2", "pool1", …); None for the one before the last, whose outputs the
        classes are told apart by.
    layers, picture_shape, scale, epochs, batch_size, learning_rate, optimizer, momentum, weight_decay
        As for `ConvNetClassifier`, as are all that follow.

    Attributes
    ----------
    classes_, network_, picture_shape_, loss_curve_, n_iter_, n_features_in_, feature_names_in_
        As for `ConvNetClassifier`.
    """

    def __init__(
        self,
        layer: Any = None,
        *,
        layers: Any = "auto",
        picture_shape: Any = None,
        scale: Any = "auto",
        epochs: Any = 30,
        batch_size: Any = 64,
        learning_rate: Any = 2e-3,
        optimizer: Any = "adam",
        momentum: Any = 0.9,
        weight_decay: Any = 0.0,
        schedule: Any = "constant",
        label_smoothing: Any = 0.0,
        augmentation: Any = None,
        class_weight: Any = None,
        workers: Any = 1,
        random_state: Any = None,
    ) -> None:
        self.layer = layer
        super().__init__(
            layers,
            picture_shape=picture_shape,
            scale=scale,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            optimizer=optimizer,
            momentum=momentum,
            weight_decay=weight_decay,
            schedule=schedule,
            label_smoothing=label_smoothing,
            augmentation=augmentation,
            class_weight=class_weight,
            workers=workers,
            random_state=random_state,
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def transform(self, X: Any) -> NDArray[Any]:
        """Give the layer's outputs ``(n, d)``, channel by channel; float32 for float32, otherwise float64."""
        check_is_fitted(self, "network_")
        spec = self.network_.spec
        # A network that ends with the layer: laid out in a row, its outputs are what is asked for.
        beginning = NetworkSpec(spec.input_shape, (*spec.layers[: self._depth(spec)], Flatten()))
        found = self._outputs(X, beginning)
        return found.astype(np.float32) if getattr(X, "dtype", None) == np.float32 else found

    @property
    def _n_features_out(self) -> int:
        """Numbers per picture that `transform` gives; scikit-learn asks for it by this name."""
        spec = self.network_.spec
        return prod(spec.shapes[spec.layer_names[self._depth(spec) - 1]])

    def _spec(self) -> NetworkSpec:
        spec = super()._spec()
        # A wrong name is told before the training.
        self._depth(spec)
        return spec

    def _depth(self, spec: NetworkSpec) -> int:
        """How many layers lie up to the chosen one, itself included."""
        if self.layer is None:
            return max(1, len(spec.layers) - 1)
        if self.layer not in spec.layer_names:
            raise ConfigError(
                f"layer must be None or one of {', '.join(spec.layer_names)}, got {self.layer!r}"
            )
        return spec.layer_names.index(self.layer) + 1
