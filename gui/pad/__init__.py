"""The Pad: where a person draws, and what the network makes of it."""
