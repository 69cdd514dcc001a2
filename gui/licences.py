"""What the program is made of: each part's version, licence and the licence's words."""

from dataclasses import dataclass

import msgspec

from resources import resource_path

_BETWEEN_TEXTS = "\n\n\n"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the program, as packaging/collect_licences.py writes it down.

    `version` is "" where it is that of what runs; `texts` are files in resources.
    """

    name: str
    distribution: str
    version: str
    licence: str
    home: str
    texts: tuple[str, ...]


def read_register() -> tuple[Part, ...]:
    """Read the list of parts, the program itself first.

    Raises
    ------
    OSError, msgspec.DecodeError
        If the program's own file is missing or damaged.
    """
    content = resource_path("licences", "register.json").read_bytes()
    return msgspec.json.decode(content, type=tuple[Part, ...])


def licence_text(part: Part) -> str:
    """Read the words of a part's licences; OSError if one of the program's own files is missing."""
    texts = (resource_path(name).read_text(encoding="utf-8") for name in part.texts)
    return _BETWEEN_TEXTS.join(texts)
