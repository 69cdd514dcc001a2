"""What the estimators share: their settings, and training by `fit` and `partial_fit`."""

from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import check_is_fitted, validate_data

from engine.errors import ConfigError, InputError
from engine.estimator.architecture import network_for
from engine.estimator.inputs import PictureShape, Reading, as_numbers, as_rows, chosen_shape
from engine.estimator.weighting import checked_weights, relative, weighted_set, with_class_weights
from engine.network import QUIET, Network
from engine.parameters import Parameters
from engine.plan import Executor
from engine.spec import NetworkSpec
from engine.trainer import Trainer, TrainerState
from engine.training_config import TrainingConfig
from engine.training_data import BEGINNING

Array = NDArray[Any]

_SETTINGS = (
    "epochs",
    "batch_size",
    "learning_rate",
    "optimizer",
    "momentum",
    "weight_decay",
    "schedule",
    "label_smoothing",
    "augmentation",
    "workers",
)
# Pictures that are answered at a time, so that what is in between stays small.
_AT_ONCE = 1024


class ConvNetEstimator(BaseEstimator):  # type: ignore[misc]
    """A network that is trained on labelled pictures; `ConvNetClassifier` tells the settings."""

    def __init__(
        self,
        layers: Any = "auto",
        *,
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
        self.layers = layers
        self.picture_shape = picture_shape
        self.scale = scale
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.optimizer = optimizer
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.schedule = schedule
        self.label_smoothing = label_smoothing
        self.augmentation = augmentation
        self.class_weight = class_weight
        self.workers = workers
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.target_tags.required = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train a new network.

        Equal pictures with equal labels count as one with the sum of their weights, and their order does not
        matter: the same set of examples and the same `random_state` give the same network, bit for bit.

        Parameters
        ----------
        X
            Pictures ``(n, h, w)`` or ``(n, c, h, w)``, or rows ``(n, features)``.
        y
            The class of each, ``(n,)``: numbers or strings.
        sample_weight
            How many times each counts, ``(n,)``; only what the weights are to each other matters.

        Raises
        ------
        ValueError
            If data or settings are not as they must be; the text says how.
        TrainingDiverged
            If the learning rate is so large that the loss is no number any more.
        """
        # A network of before must not answer for classes that a failed fit has changed.
        self.__dict__.pop("network_", None)
        rows, y = self._examples(X, y, new=True)
        weights = checked_weights(sample_weight, rows)
        counted = weights > 0
        rows, y, weights = rows[counted], y[counted], weights[counted]
        self.classes_, labels = np.unique(y, return_inverse=True)
        weights = with_class_weights(self.class_weight, self.classes_, labels, weights)
        rows, labels, weights = weighted_set(rows, labels, weights)
        self._begin(rows, weights)
        self._train(rows, labels, relative(weights), self._config())
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Go on training, or begin to: once through the examples given, at the constant learning rate.

        The optimiser keeps its state from call to call, and from `fit`. How the numbers of `X` are scaled is
        decided by the first call.

        Parameters
        ----------
        X, y
            As for `fit`.
        classes
            All classes that will ever occur; for the first call, where it is not given those of `y`.
        sample_weight
            How many times each counts, ``(n,)``, against 1 in all calls.

        Raises
        ------
        ValueError, TrainingDiverged
            As for `fit`.
        """
        begins = not hasattr(self, "network_")
        if isinstance(self.class_weight, str):
            raise ConfigError(
                'class_weight="balanced" needs all examples at once: partial_fit takes a dict, '
                f"got {self.class_weight!r}"
            )
        rows, y = self._examples(X, y, new=begins)
        weights = checked_weights(sample_weight, rows)
        if begins:
            self.classes_ = unique_labels(y if classes is None else classes)
        elif classes is not None and not np.array_equal(unique_labels(classes), self.classes_):
            raise InputError(f"classes must be those of the first call, {self.classes_}, got {classes}")
        labels = np.searchsorted(self.classes_, y)
        known = self.classes_[np.minimum(labels, len(self.classes_) - 1)] == y
        if not known.all():
            raise InputError(
                f"y must hold classes of the first call, {self.classes_}, got {np.unique(y[~known])}"
            )
        weights = with_class_weights(self.class_weight, self.classes_, labels, weights)
        if begins:
            self._begin(rows, weights)
        config = replace(self._config(), epochs=self._position.epoch + 1, schedule="constant")
        self._train(rows, labels, None if (weights == 1).all() else weights, config)
        return self

    def _examples(self, X: Any, y: Any, *, new: bool) -> tuple[Array, Array]:
        """Check what is to be learned: rows ``(n, features)`` and classes ``(n,)``.

        `new` lays down what all later rows must be like.
        """
        rows, shape = as_rows(X)
        rows, y = validate_data(self, rows, y, reset=new)
        check_classification_targets(y)
        if new:
            self.picture_shape_ = chosen_shape(self.picture_shape, shape, rows.shape[1])
        else:
            self._require_shape(shape)
        return as_numbers(rows), y

    def _questions(self, X: Any) -> Array:
        """Check what is to be answered: rows ``(n, features)``."""
        rows, shape = as_rows(X)
        rows = validate_data(self, rows, reset=False)
        self._require_shape(shape)
        return as_numbers(rows)

    def _require_shape(self, shape: PictureShape | None) -> None:
        trained = self.picture_shape_
        if shape not in (None, trained):
            before = f"pictures of shape {trained}" if trained else f"rows of {self.n_features_in_} features"
            raise InputError(f"X must hold {before} as in training, got pictures of shape {shape}")

    def _begin(self, rows: Array, weights: Array) -> None:
        """Make the network, before any training."""
        if len(self.classes_) < 2:
            raise InputError(f"y must hold at least two classes, got 1 class: {self.classes_}")
        spec = self._spec()
        self._reading = Reading.of(rows, weights, self.picture_shape_, self.scale)
        random = check_random_state(self.random_state)
        first, self._seed = (int(seed) for seed in random.randint(np.iinfo(np.int32).max, size=2))
        self.network_ = Network(spec, first)
        self._position, self._optimizer_state = BEGINNING, dict[str, Array]()
        self.loss_curve_: list[float] = []

    def _spec(self) -> NetworkSpec:
        return network_for(self.layers, self.picture_shape_, self.n_features_in_, self.classes_)

    def _config(self) -> TrainingConfig:
        """Give the settings of the training; ConfigError if one is not allowed."""
        settings = {name: getattr(self, name) for name in _SETTINGS}
        # Searches draw their settings from arrays.
        plain = {name: v.item() if isinstance(v, np.generic) else v for name, v in settings.items()}
        return TrainingConfig(**plain, seed=getattr(self, "_seed", 0))

    def _train(self, rows: Array, labels: Array, weights: Array | None, config: TrainingConfig) -> None:
        """Train from where the network stands to the end of `config`."""
        pictures = self._reading.pictures(rows, np.float32)
        trainer = Trainer(self.network_, config)
        trainer.restore(TrainerState(self._position, self.network_.parameters, self._optimizer_state))
        losses: dict[int, list[float]] = {}
        try:
            for report in trainer.run((pictures, labels, weights)):
                losses.setdefault(report.epoch, []).append(report.loss * report.batch_size)
        finally:
            trainer.close()
            state = trainer.state()
            self._position, self._optimizer_state = state.position, state.optimizer
        self.loss_curve_ += [sum(epoch) / len(rows) for epoch in losses.values()]
        self.n_iter_ = self._position.epoch

    @QUIET
    def _outputs(self, X: Any, spec: NetworkSpec) -> NDArray[np.float64]:
        """Compute the outputs ``(n, d)`` of the first layers of the network, as `spec` has them.

        In float64, so that an answer does not depend, in its last digits, on the pictures beside it. By
        buffers of its own: several threads may ask at the same time.
        """
        check_is_fitted(self, "network_")
        rows = self._questions(X)
        parameters = Parameters(spec.layout, dtype=np.float64)
        for name, value in parameters.items():
            value[...] = self.network_.parameters[name]
        executor = Executor(spec, parameters)
        found = np.empty((len(rows), len(spec.classes)))
        for start in range(0, len(rows), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            found[part] = executor.logits(self._reading.pictures(rows[part], np.float64))
        return found
