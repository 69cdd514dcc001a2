"""What readers stumble over, in words of our own."""

import logging
from typing import Any

import msgspec
import pytest

from engine.errors import ConfigError, FormatError
from engine.formats.problems import problem


class Content(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    step: int | None = None
    place: tuple[int, int] = (0, 0)
    share: float = 0.0
    by_name: dict[str, list[bool]] = {}


class Strict(msgspec.Struct):
    name: str

    def __post_init__(self) -> None:
        raise ConfigError("A name must be short, got a long one.")


def problem_of(text: bytes, kind: type[Any] = Content) -> str:
    with pytest.raises((msgspec.MsgspecError, ValueError, RecursionError)) as caught:
        msgspec.json.decode(text, type=kind)
    return problem(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "its text is cut short"),
        (b'{"name":', "its text is cut short"),
        (b"hello", "its text is no JSON"),
        (b'{"name":"\xff"}', "its text is not in UTF-8"),
        (b"[]", "it must be values by name, got a list"),
        (b"{}", "it has no “name”"),
        (b'{"name":"a","nmae":1}', "it has “nmae”, which this version does not know"),
        (b'{"name":7}', "“name” must be text, got a whole number"),
        (b'{"name":"a","step":"7"}', "“step” must be a whole number or nothing, got text"),
        (b'{"name":"a","step":7.5}', "“step” must be a whole number or nothing, got a decimal number"),
        (b'{"name":"a","share":null}', "“share” must be a number, got nothing"),
        (b'{"name":"a","place":[1]}', "“place” must be a list of 2, got something else"),
        (b'{"name":"a","place":[1,true]}', "“place[1]” must be a whole number, got true or false"),
        (b'{"name":"a","by_name":{"b":[0]}}', "“by_name[...][0]” must be true or false, got a whole number"),
    ],
)
def test_what_is_wrong_with_json_is_said_without_words_of_its_reader(text: bytes, words: str) -> None:
    assert problem_of(text) == words


def test_our_own_reason_is_given_also_through_a_reader() -> None:
    assert problem_of(b'{"name":"a"}', Strict) == "a name must be short, got a long one"
    assert problem(FormatError("RGB must have three channels.")) == "RGB must have three channels"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyError("steps"), "it has no “steps”"),
        (ValueError("buffer size must be a multiple of element size"), "its numbers do not fit together"),
        (RecursionError("maximum recursion depth exceeded"), "its values are nested too deeply"),
    ],
)
def test_words_of_python_go_to_the_log(
    error: Exception, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert problem(error) == words
    assert str(error).strip("'") in caplog.text


def test_a_long_reason_is_cut() -> None:
    assert len(problem(KeyError("x" * 1000), 50)) == 50
