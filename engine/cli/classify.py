"""The command ``classify``."""

import argparse
import json
from typing import Any

import numpy as np

from engine.cli.output import say
from engine.cli.pictures import read_pictures
from engine.network import Network


def classify(options: argparse.Namespace) -> int:
    """Print what pictures show; give the exit code."""
    network = Network.load(options.file)
    classes, answers = network.spec.classes, []
    # All files are read before anything is printed: a result is whole or there is none.
    for path in options.pictures:
        for name, picture in read_pictures(path, network.spec.input_shape):
            answer: dict[str, Any] = {
                "picture": name,
                "class": None,
                "probability": None,
                "probabilities": None,
            }
            if picture is not None:
                probabilities = network.probabilities(picture[None])[0].astype(float)
                best = int(np.argmax(probabilities))
                answer |= {
                    "class": classes[best],
                    "probability": probabilities[best],
                    "probabilities": dict(zip(classes, probabilities.tolist(), strict=True)),
                }
            answers.append(answer)
    if options.json:
        say(json.dumps(answers, ensure_ascii=False))
        return 0
    for answer in answers:
        if answer["class"] is None:
            say(f"{answer['picture']}: blank")
            continue
        others = sorted(answer["probabilities"].items(), key=lambda item: -item[1])[:3]
        shown = ", ".join(f"{name} {100 * share:.1f} %" for name, share in others)
        say(f"{answer['picture']}: {answer['class']}  ({shown})")
    return 0
