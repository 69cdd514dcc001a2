"""The Inside page: what every filter has learned to look for."""
