"""The Draw page: the whole network at work on what is drawn."""
