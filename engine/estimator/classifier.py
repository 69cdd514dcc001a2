"""A network as a scikit-learn classifier."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from engine.estimator.base import ConvNetEstimator
from engine.functional import softmax


class ConvNetClassifier(ClassifierMixin, ConvNetEstimator):  # type: ignore[misc]
    """A convolutional network that follows scikit-learn's estimator contract.

    Parameters
    ----------
    layers
        The network: "auto" (a small one that suits the data), the key of a preset of `engine.recipes`
        ("8–16", "lenet", …), or a sequence of layers; the last one, a Dense with a unit per class, is added.
    picture_shape
        ``(height, width)`` or ``(channels, height, width)`` where `X` is rows ``(n, features)`` of pictures.
        Without it such rows are no pictures, and "auto" is a network of dense layers.
    scale
        What happens to the numbers of `X`. uint8 always stands for 0–1. "auto" leaves that, and what lies
        within 0–1, as it is, and standardises everything else; "standardize" always standardises, pictures
        by channel and other rows by feature; "none" never does.
    epochs, batch_size, learning_rate, optimizer, momentum, weight_decay, schedule, label_smoothing
        As in `engine.TrainingConfig`.
    augmentation
        Random changes of the pictures, see `engine.augment.Augmentation`; None for none.
    class_weight
        A dict of class to weight, "balanced" for classes that count as much as each other, or None.
    workers
        Processes that share each batch. A search over settings does better with one each.
    random_state
        A whole number makes training repeatable.

    Attributes
    ----------
    classes_
        The classes, sorted.
    network_
        The trained `engine.Network`; its `save` writes a file for this program, which reads the pictures as
        they come out of `scale`.
    picture_shape_
        ``(c, h, w)``, or None where rows are no pictures.
    loss_curve_, n_iter_
        Mean loss of each epoch, and their number.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn; the features of a picture are all its numbers.
    """

    def predict(self, X: Any) -> NDArray[Any]:
        """Give the most likely class of each picture, ``(n,)``."""
        # Before `classes_` is asked for: the text must be that of an estimator that is not fitted.
        check_is_fitted(self, "network_")
        return self.classes_[self._logits(X).argmax(axis=1)]

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Give the probability of each class, ``(n, classes)``."""
        return softmax(self._logits(X))

    def predict_log_proba(self, X: Any) -> NDArray[np.float64]:
        """Give the logarithm of each probability, ``(n, classes)``; finite also where that is 0."""
        shifted = self._logits(X)
        shifted -= shifted.max(axis=1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Give the logits ``(n, classes)``; of two classes how far the second is ahead, ``(n,)``."""
        logits = self._logits(X)
        return logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits

    def _logits(self, X: Any) -> NDArray[np.float64]:
        check_is_fitted(self, "network_")
        return self._outputs(X, self.network_.spec)
