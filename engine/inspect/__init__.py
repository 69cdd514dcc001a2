"""Looking inside a network: pure functions from parameters and pictures to values to draw."""
