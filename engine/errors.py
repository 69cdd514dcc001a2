"""The errors that the engine raises on bad input: one small family."""


class EngineError(Exception):
    """Base of every error that the engine raises on purpose; its text is one clear sentence."""


class ShapeError(EngineError, ValueError):
    """An array or a layer has a shape that does not fit where it was used."""


class ConfigError(EngineError, ValueError):
    """A setting has a value outside what is allowed."""


class InputError(EngineError, ValueError):
    """What an estimator was handed does not fit it, or what it was trained on."""


class DataError(EngineError):
    """A data set could not be read or fetched, or holds what it must not."""


class FormatError(EngineError):
    """A file is damaged, of another kind, or of a newer version."""


class NotReadableNowError(FormatError):
    """A file may be whole: the system does not let us read it at the moment, or a newer program wrote it."""


def reason_of(error: OSError) -> str:
    """Say why the system refused something, to be put into a sentence: "no such file or directory"."""
    return (error.strerror or "unknown reason").lower()
