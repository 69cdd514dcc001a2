"""The command ``evaluate``."""

import argparse
import json

from engine import metrics
from engine.cli.data import data_set
from engine.cli.output import confusion_table, say
from engine.network import Network


def evaluate(options: argparse.Namespace) -> int:
    """Print loss, accuracy and confusion matrix of a saved network; give the exit code."""
    network = Network.load(options.file)
    split = data_set(options.data)
    data = split.test if options.part == "test" else split.train
    result = metrics.evaluate(network, data.pictures, data.labels)
    if options.json:
        content = {
            "file": str(options.file),
            "data": data.name,
            "part": options.part,
            "pictures": result.count,
            "wrong": result.wrong,
            "loss": result.loss,
            "accuracy": result.accuracy,
            "classes": network.spec.classes,
            "confusion": result.confusion.tolist(),
        }
        say(json.dumps(content, ensure_ascii=False))
    else:
        say(f"{options.file}: {network.spec}")
        say(f"{data.name}, {options.part} pictures: {result.count:,}")
        say(f"accuracy {100 * result.accuracy:.2f} % ({result.wrong:,} wrong), loss {result.loss:.4f}")
        say(confusion_table(result.confusion, network.spec.classes))
    return 0
