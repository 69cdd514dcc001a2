"""The report's page: strict HTML, whole in itself, with the run's own numbers."""

import itertools
import re
from base64 import b64decode
from dataclasses import replace
from html.parser import HTMLParser
from threading import Event
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage

from engine import Dense, Flatten, Network, NetworkSpec, TrainingConfig
from engine.inspect.words import percent
from engine.metrics import evaluate
from engine.tape import Recorded
from gui.palettes import GAP_INDEX, ZERO_INDEX
from gui.report_charts import HEIGHT, WIDTH, accuracy_chart, event_labels, loss_chart
from gui.report_content import measured
from gui.report_page import report_page
from gui.report_pictures import MOST_FILTERS, filter_wall, in_both_themes
from gui.theme import DARK, LIGHT
from tests.gui.report_samples import CLASSES, SPEC, run_facts

VOID = {"meta", "img", "source", "br", "col"}


def page_of(facts):
    return report_page(facts, measured(facts, lambda text, share: None, Event()))


class Strict(HTMLParser):
    """Fails at whatever is not closed in its order, and keeps every attribute and text."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.open, self.attributes, self.texts = [], [], []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, *pair) for pair in attrs]
        assert len({name for name, _ in attrs}) == len(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag in VOID
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(scope="module")
def page():
    return page_of(run_facts())


def test_the_settings_name_the_layers_that_are_frozen(page):
    def row(page):
        texts = Strict(page).texts
        return texts[texts.index("Frozen layers") + 1]

    assert row(page) == "none"
    config = TrainingConfig(frozen=("conv1", "dense1"))
    assert row(page_of(run_facts(config=config))) == "conv1, dense1"


def test_the_page_is_strict_and_needs_nothing_else(page):
    strict = Strict(page)
    ElementTree.fromstring(page)
    assert page.startswith("<!DOCTYPE html>\n<html lang")
    assert "http" not in page
    assert "<script" not in page
    assert "@import" not in page
    assert "url(" not in page
    links = [value for _, name, value in strict.attributes if name in ("src", "srcset", "href")]
    assert len(links) > 10
    assert all(value.startswith("data:image/png;base64,") for value in links)


def test_every_name_is_escaped(page):
    strict = Strict(page)
    words = "".join(strict.texts)
    for name in (
        *CLASSES,
        'Run <1> & "more"',
        'Signs <&">',
        "paused <b>",
        "First <try> & 'second'.\n\nDone.",
    ):
        assert name in words
    assert "<zero>" not in page
    assert "<b>" not in page


def test_the_numbers_are_the_networks_own(page):
    facts = run_facts()
    words = "\n".join(Strict(page).texts)
    network = Network.from_parameters(facts.spec, facts.recorded[-1].parameters)
    whole = evaluate(network, facts.test.pictures, facts.test.labels)
    assert percent(whole.accuracy, 2) in words
    root = ElementTree.fromstring(page)
    matrix = next(table for table in root.iter("table") if table.get("class") == "matrix")
    cells = [[cell.text for cell in row.findall("td")] for row in matrix.iter("tr")][1:]
    assert np.array_equal(np.array(cells, int), whole.confusion)
    assert f"{facts.spec.weight_count:,}".replace(",", "\u202f") in words


def test_settings_network_and_events_are_tables(page):
    words = Strict(page).texts
    for said in (
        "Learning rate",
        "0.001",
        "Adam",
        "conv2",
        "Conv2D",
        "40×4×4",
        "learning rate 0.001 → 0.0005",
    ):
        assert said in words


def test_a_run_that_has_not_begun_has_a_report_too():
    facts = run_facts(0, recorded=(0,), notes=" ", events=())
    page = page_of(replace(facts, tests=facts.tests[:0]))
    assert "Curves" not in Strict(page).texts
    assert "Notes" not in Strict(page).texts
    assert "Filters" in Strict(page).texts


def test_a_network_without_convolutions_has_no_filters():
    spec = NetworkSpec((2, 8, 8), (Flatten(), Dense(3)), CLASSES)
    assert "Filters" not in Strict(page_of(run_facts(spec=spec))).texts


def test_a_run_that_has_diverged_is_written_down():
    facts = run_facts()
    broken = Network(SPEC, 1).parameters
    broken.vector[:] = np.nan
    facts.steps["loss"][200:] = np.nan
    recorded = (facts.recorded[0], Recorded(400, broken))
    page = page_of(replace(facts, recorded=recorded))
    Strict(page)
    ElementTree.fromstring(page)


def test_measuring_says_how_far_it_is_and_gives_up_when_told():
    facts, said, cancel = run_facts(), [], Event()

    def report(text, share):
        said.append((text, share))
        if len(said) == 4:
            cancel.set()

    assert measured(facts, report, cancel) is None
    assert len(said) == 4
    assert [share for _, share in said] == sorted(share for _, share in said)
    assert said[0] == ("Testing step 0 on 1\u202f100 pictures", 0.0)


@pytest.mark.parametrize(
    ("places", "labels"),
    [
        ([], []),
        ([60.0, 200.0], [(60, "1"), (200, "2")]),
        ([60.0, 60.0, 61.0, 300.0], [(60.5, "1–3"), (300, "4")]),
        # Two that are joined may come too close to the one before.
        ([60.0, 76.0, 82.0, 300.0], [(71, "1–3"), (300, "4")]),
    ],
)
def test_events_at_one_place_share_one_label(places, labels):
    assert event_labels(places) == labels


def test_no_number_of_an_event_lies_over_another():
    rng = np.random.default_rng(1)
    for count in (3, 12, 60):
        found = event_labels(sorted(rng.uniform(56, 708, count).tolist()))
        ends = [(x - 3.5 * len(words), x + 3.5 * len(words)) for x, words in found]
        assert all(end < start for (_, end), (start, _) in itertools.pairwise(ends))
        numbers = [int(part) for _, words in found for part in words.split("–")]
        assert (numbers[0], numbers[-1]) == (1, count)


def test_a_chart_numbers_its_events_by_place():
    facts = run_facts()
    events = ((0, "begun"), (300, "paused"), (300, "forked"), (300, "trains"))
    chart = ElementTree.fromstring(accuracy_chart(facts.steps, facts.tests, events, log_steps=False))
    assert len([line for line in chart.iter("line") if line.get("class") == "event"]) == 2
    assert "2–4" in [text.text for text in chart.iter("text")]


@pytest.mark.parametrize("log_loss", [False, True])
@pytest.mark.parametrize("log_steps", [False, True])
@pytest.mark.parametrize("steps", [1, 7, 400, 60_000])
def test_curves_stay_within_their_picture_and_few_in_points(steps, log_loss, log_steps):
    facts = run_facts(steps, recorded=(0,))
    events = ((0, "begun"), (steps, "ended"))
    charts = (
        loss_chart(facts.steps, facts.tests, events, log_loss=log_loss, log_steps=log_steps),
        accuracy_chart(facts.steps, facts.tests, events, log_steps=log_steps),
    )
    for chart in charts:
        root = ElementTree.fromstring(chart)
        for line in root.iter("polyline"):
            points = np.array([pair.split(",") for pair in line.get("points").split()], float)
            assert len(points) <= 2 * WIDTH
            assert (points >= 0).all()
            assert (points <= (WIDTH, HEIGHT)).all()
            assert (np.diff(points[:, 0]) >= 0).all()
        assert ("logarithmic" in chart) == (log_steps or (log_loss and chart is charts[0]))


def test_a_steeper_fall_early_gets_more_room_on_logarithmic_steps():
    facts = run_facts(10_000, recorded=(0,))
    places = []
    for log_steps in (False, True):
        chart = loss_chart(facts.steps, facts.tests, ((100, "here"),), log_loss=False, log_steps=log_steps)
        line = next(
            each for each in ElementTree.fromstring(chart).iter("line") if each.get("class") == "event"
        )
        places.append(float(line.get("x1")))
    assert places[0] < 80
    assert 300 < places[1] < 450


def test_a_wall_holds_every_weight_in_its_place():
    weight = np.zeros((2, 1, 3, 3), np.float32)
    weight[0, 0, 0, 2], weight[1, 0, 2, 0] = 1, -1
    wall = filter_wall(weight, 1.0)
    cell = (wall.shape[0]) // 3
    assert wall[0, 2 * cell] == 254
    assert wall[0, 0] == ZERO_INDEX
    assert wall[-1, 3 * cell + 6] == 0
    assert (wall[:, 3 * cell : 3 * cell + 6] == GAP_INDEX).all()


def test_a_wide_layer_shows_its_first_filters():
    rng = np.random.default_rng(1)
    weight = rng.normal(size=(90, 64, 3, 3)).astype(np.float32)
    assert np.array_equal(filter_wall(weight, 1.0), filter_wall(weight[:MOST_FILTERS], 1.0))
    assert filter_wall(weight, 1.0).shape[1] < 400


def test_a_picture_is_there_in_the_colours_of_both_themes():
    wall = filter_wall(np.array([[[[1.0, -1.0]]]], np.float32), 1.0)
    found = re.findall(r"data:image/png;base64,([^\"]+)", in_both_themes(wall, "words"))
    assert len(found) == 2
    for content, theme in zip(found, (DARK, LIGHT), strict=True):
        image = QImage.fromData(QByteArray(b64decode(content)))
        assert (image.width(), image.height()) == wall.shape[::-1]
        assert image.pixelColor(0, 0) == theme.positive
        assert image.pixelColor(image.width() - 1, 0) == theme.negative
