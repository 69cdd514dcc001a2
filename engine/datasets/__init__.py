"""Pictures to learn from: the embedded digits, whole MNIST, files of the person's own."""

from engine.datasets.embedded import embedded_digits, embedded_test_indices_in_mnist
from engine.datasets.local_files import load_dataset
from engine.datasets.values import DIGIT_CLASSES, NO_DIGIT, Dataset, Split

__all__ = [
    "DIGIT_CLASSES",
    "NO_DIGIT",
    "Dataset",
    "Split",
    "embedded_digits",
    "embedded_test_indices_in_mnist",
    "load_dataset",
]
