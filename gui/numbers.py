"""Numbers as the person writes them: with the decimal sign of their system."""

from PySide6.QtCore import QLocale

from engine.inspect.words import MINUS, number


def local_number(value: float, digits: int = 2) -> str:
    """Write a number with a fixed count of decimals and the person's decimal sign: ``−0,25``."""
    return localised(number(value, digits))


def localised(text: str) -> str:
    """Put the person's decimal sign in the place of every point."""
    return text.replace(".", QLocale().decimalPoint())


def parse_number(text: str) -> float | None:
    """Read what a person typed, with point or comma, any minus sign; None if it is no number."""
    plain = text.strip().replace(MINUS, "-").replace("\u2013", "-").replace(",", ".").replace(" ", "")
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None
