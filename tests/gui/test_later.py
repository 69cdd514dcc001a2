"""What is made when it is first needed is made once, and whoever waits for it hears of it once."""

from gui.later import Later


def test_it_is_made_once_and_only_when_somebody_asks() -> None:
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    later = Later(make)
    assert later.made is None
    assert made == []
    first = later.get()
    assert later.get() is first
    assert later.made is first
    assert made == [first]


def test_those_who_wait_hear_of_it_in_order_and_late_ones_at_once() -> None:
    heard: list[tuple[str, list[int]]] = []
    later: Later[list[int]] = Later(lambda: [7])
    later.when_made(lambda value: heard.append(("first", value)))
    later.when_made(lambda value: heard.append(("second", value)))
    assert heard == []
    later.get()
    later.when_made(lambda value: heard.append(("late", value)))
    later.get()
    assert heard == [("first", [7]), ("second", [7]), ("late", [7])]


def test_who_waits_may_ask_for_it() -> None:
    seen: list[str | None] = []
    later = Later(lambda: "page")
    later.when_made(lambda value: seen.extend([later.get(), later.made]))
    later.get()
    assert seen == ["page", "page"]
