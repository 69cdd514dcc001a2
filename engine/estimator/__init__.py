"""Networks as scikit-learn estimators; importing this imports scikit-learn, and `import engine` does not.

>>> from sklearn.datasets import load_digits
>>> pictures, labels = load_digits(return_X_y=True)
>>> classifier = ConvNetClassifier(picture_shape=(8, 8), epochs=5, random_state=0)
>>> bool(classifier.fit(pictures[:1000], labels[:1000]).score(pictures[1000:], labels[1000:]) > 0.8)
True

A search over settings is scikit-learn's own: joblib gives its fits to the processes of this machine, or,
within `on_cluster`, to those of a Dask cluster.
"""

from engine.estimator.classifier import ConvNetClassifier
from engine.estimator.cluster import on_cluster
from engine.estimator.transformer import ConvNetTransformer

__all__ = ["ConvNetClassifier", "ConvNetTransformer", "on_cluster"]
