"""The kinds of file that a film can be."""

from dataclasses import dataclass
from pathlib import Path

from engine.errors import ConfigError
from engine.formats.animation import FilmWriter
from engine.formats.apng import ApngWriter
from engine.formats.gif import GifWriter
from engine.formats.picture_series import PictureSeries


@dataclass(frozen=True, slots=True)
class FilmKind:
    """A kind of film: key, name, suffix of its file ("" for a folder), and what it is good for."""

    key: str
    name: str
    suffix: str
    sentence: str


FILM_KINDS = (
    FilmKind("gif", "GIF", ".gif", "Plays everywhere; at most 256 colours a frame"),
    FilmKind("apng", "Animated PNG", ".png", "Exact colours; plays in browsers, stands still elsewhere"),
    FilmKind("series", "PNG pictures in a folder", "", "One picture a frame, for a program that cuts films"),
)


def film_kind(key: str) -> FilmKind:
    """Give the kind called `key`; ConfigError if there is none."""
    for kind in FILM_KINDS:
        if kind.key == key:
            return kind
    raise ConfigError(f"a film must be one of {', '.join(k.key for k in FILM_KINDS)}, got {key!r}")


def open_film(path: Path, key: str, *, loop: bool) -> FilmWriter | PictureSeries:
    """Begin a film of a kind; see `FilmWriter` and `PictureSeries` for what can go wrong."""
    if film_kind(key).key == "gif":
        return GifWriter(path, loop=loop)
    return ApngWriter(path, loop=loop) if key == "apng" else PictureSeries(path)
