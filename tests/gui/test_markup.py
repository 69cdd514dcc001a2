"""Markup: well-formed whatever the texts are."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from gui.markup import Markup, element, joined, text

ANY = st.text(st.characters(codec=None), max_size=40)


def replaced(value):
    """Give what a reader gets: XML reads every end of a line as one sign."""
    return text(value).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@given(words=ANY, value=ANY)
def test_any_text_is_read_back(words, value):
    made = element("p", words, title=value.replace("\n", " ").replace("\t", " "))
    read = ElementTree.fromstring(made)
    assert (read.text or "") == replaced(words)
    assert read.get("title") == replaced(value.replace("\n", " ").replace("\t", " "))


def test_ordinary_text_stays_as_it_is():
    assert ElementTree.fromstring(element("p", "ж − 7\u202f% “é” 🎞")).text == "ж − 7\u202f% “é” 🎞"


def test_what_looks_like_markup_is_text():
    made = element("p", '<b>&"', class_='a"b<')
    assert made == '<p class="a&quot;b&lt;">&lt;b&gt;&amp;"</p>'


def test_markup_stands_and_empty_elements_close_themselves():
    made = element("p", Markup("<b>x</b>"), 7, element("img", alt="", width=3, title=None))
    assert made == '<p><b>x</b>7<img alt="" width="3" /></p>'
    assert joined("<", Markup("<br />")) == "&lt;<br />"
    assert element("th", scope="col", text_anchor="end") == '<th scope="col" text-anchor="end"></th>'
