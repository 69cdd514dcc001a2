"""A convolution laid open: hand-made layers on any picture, with every intermediate number kept."""

from engine.lab.values import Border, Filter, Geometry, LabLayer, LayerResult, Operation, RunResult, Setup

__all__ = ["Border", "Filter", "Geometry", "LabLayer", "LayerResult", "Operation", "RunResult", "Setup"]
