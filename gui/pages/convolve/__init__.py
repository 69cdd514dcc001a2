"""The Convolve page: one convolution by hand, position by position."""
