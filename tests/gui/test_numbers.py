"""Numbers as the person writes them."""

import pytest
from PySide6.QtCore import QLocale

from gui.numbers import local_number, localised, parse_number


@pytest.fixture
def german():
    """Let the decimal sign be a comma."""
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    yield
    QLocale.setDefault(before)


def test_a_number_has_the_decimal_sign_of_the_system(german):
    assert local_number(-0.25) == "−0,25"
    assert local_number(1.5, 1) == "1,5"
    assert localised("(28 − 3) / 2 = 12.50") == "(28 − 3) / 2 = 12,50"


def test_zero_has_no_sign():
    assert local_number(-0.001) == local_number(0.0)


@pytest.mark.parametrize("text", ["-0.25", "−0.25", "–0.25", "-0,25", " − 0,25 "])
def test_every_way_to_write_a_number_is_read(text):
    assert parse_number(text) == -0.25


@pytest.mark.parametrize("text", ["", "-", "one", "1.2.3", "nan", "inf", "1e999"])
def test_what_is_no_number_is_none(text):
    assert parse_number(text) is None


def test_what_is_written_is_read_again(german):
    assert parse_number(local_number(-12.125, 3)) == -12.125
