"""A small, fast convolutional neural network library in NumPy. Knows nothing of any screen."""
