"""How a network is computed fast: a spec and a batch size compile into kernels on fixed buffers.

Layers say *what* is computed, kernels say *how*; the plan chooses. Inside, the batch is the last axis.
"""

from engine.plan.executor import Executor
from engine.plan.plan import Plan

__all__ = ["Executor", "Plan"]
