"""HTML that is well-formed XML too, built of elements; every text is escaped unless it is markup already."""

from typing import Final

_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_VOID: Final = ("meta", "img", "source", "br", "col")


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


Child = str | int | Markup


def text(value: object) -> Markup:
    """Escape a text; what no document may hold, control characters and lone surrogates, is replaced."""
    plain = "".join(c if _may_stand(c) else "\ufffd" for c in str(value))
    return Markup(plain.translate(_ENTITIES))


def element(name: str, /, *children: Child, **attributes: object) -> Markup:
    """Make an element.

    Parameters
    ----------
    name
        "td".
    children
        Texts, and markup that stands as it is.
    attributes
        ``class_="right"``; an underscore at the end goes, others become hyphens. None leaves it out.
    """
    words = [name]
    for key, value in attributes.items():
        if value is not None:
            words.append(f"{key.rstrip('_').replace('_', '-')}={_quoted(value)}")
    start = " ".join(words)
    if name in _VOID:
        return Markup(f"<{start} />")
    return Markup(f"<{start}>{joined(*children)}</{name}>")


def joined(*children: Child) -> Markup:
    """Put texts and markup one after the other."""
    return Markup("".join(child if isinstance(child, Markup) else text(child) for child in children))


def _quoted(value: object) -> str:
    inside = text(value).replace('"', "&quot;")
    return f'"{inside}"'


def _may_stand(character: str) -> bool:
    code = ord(character)
    return character in "\t\n" or (code >= 0x20 and not 0x7F <= code < 0xA0 and _is_text(code))


def _is_text(code: int) -> bool:
    return not (0xD800 <= code < 0xE000 or code & 0xFFFE == 0xFFFE)
