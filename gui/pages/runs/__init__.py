"""The Runs page: trainings beside each other."""
