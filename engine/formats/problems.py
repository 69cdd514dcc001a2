"""What is wrong with a file, in words of our own; those of the libraries that read it go to the log."""

import logging
import re
from collections.abc import Mapping

import msgspec

from engine.errors import EngineError
from engine.formats.text import brief

logger = logging.getLogger(__name__)

_PLACE = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<place>.*)`)?", re.DOTALL)
_EXPECTED = re.compile(
    r"Expected `(?P<wanted>[^`]*)`(?: of length (?P<length>\d+))?(?:, got `(?P<came>[^`]*)`)?"
)
_FIELD = re.compile(r"Object (?P<kind>missing required|contains unknown) field `(?P<name>.*)`", re.DOTALL)
# A decimal number came where a whole one was wanted, or where none was.
_CAME = {"float": "a decimal number"}
_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "values by name",
    "null": "nothing",
}


def problem(error: Exception, most: int = 200) -> str:
    """Say what a reader stumbled over: the end of a sentence, without a full stop.

    Parameters
    ----------
    error
        An error of the engine, of msgspec, or what Python and NumPy raise at content that does not fit.
    most
        Characters to cut to.
    """
    own = error if isinstance(error, EngineError) else error.__cause__
    if isinstance(own, EngineError):
        text = brief(own, most).rstrip(".")
        return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
    logger.info("a file does not fit: %s: %s", type(error).__name__, brief(error, 300))
    return brief(_words(error), most)


def _words(error: Exception) -> str:
    match error:
        case msgspec.ValidationError():
            return _misfit(str(error))
        case msgspec.DecodeError():
            return "its text is cut short" if "truncated" in str(error) else "its text is no JSON"
        case RecursionError():
            return "its values are nested too deeply"
        case UnicodeError():
            return "its text is not in UTF-8"
        case KeyError():
            return f"it has no “{brief(error.args[0] if error.args else '')}”"
    return "its numbers do not fit together"


def _misfit(text: str) -> str:
    """Say in which place a JSON text has what, where something else was wanted."""
    split = _PLACE.fullmatch(text)
    what, place = (split["what"], brief(split["place"] or "")) if split else (text, "")
    name = f"“{place}”" if place else "it"
    if found := _FIELD.fullmatch(what):
        field = brief(found["name"])
        if found["kind"] == "missing required":
            return f"{name} has no “{field}”"
        return f"{name} has “{field}”, which this version does not know"
    if found := _EXPECTED.match(what):
        length = f" of {found['length']}" if found["length"] else ""
        came = f", got {_kind(found['came'], _CAME)}" if found["came"] else ", got something else"
        return f"{name} must be {_kind(found['wanted'])}{length}{came}"
    return f"{name} has a value that cannot be"


def _kind(names: str, words: Mapping[str, str] = _KINDS) -> str:
    return " or ".join(words.get(name, _KINDS.get(name, "something else")) for name in names.split(" | "))
