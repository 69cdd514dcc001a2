"""The report of a run as one HTML page that needs no other file and no network."""

from collections.abc import Iterable, Sequence

from engine.inspect.layer_facts import layer_facts, weight_formula
from engine.inspect.tiles import nice_scale
from engine.inspect.words import MINUS, grouped, number, percent, plural, shape_text, short_number
from engine.metrics import Evaluation
from gui.markup import Child, Markup, element, joined
from gui.pages.runs.settings_words import OPTIMISERS
from gui.report_charts import accuracy_chart, loss_chart
from gui.report_content import RunFacts
from gui.report_pictures import MOST_FILTERS, filter_wall, in_both_themes, legend
from gui.report_style import style_sheet


def report_page(facts: RunFacts, evaluations: Sequence[Evaluation]) -> str:
    """Write the page; `evaluations` are one for each recorded step of `facts`."""
    sections = (
        _head(facts, evaluations),
        _notes(facts),
        _settings(facts),
        _network(facts),
        _curves(facts),
        _filters(facts, evaluations),
        _accuracies(facts, evaluations),
        _confusion(facts, evaluations),
    )
    title = f"{facts.name} – {facts.network}"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", Markup(style_sheet())),
    )
    foot = element("footer", f"Made by {facts.program} on {facts.when}.")
    page = element("html", head, element("body", *sections, foot), lang="en")
    return f"<!DOCTYPE html>\n{page}\n"


def _section(title: str, *children: Child) -> Markup:
    return element("section", element("h2", title), *children)


def _table(
    rows: Iterable[Sequence[Child]], headings: Sequence[str] = (), numbers: Sequence[int] = ()
) -> Markup:
    """Make a table; `numbers` are the columns that are aligned at the right."""
    kinds = dict.fromkeys(numbers, "number")
    head = [element("th", words, class_=kinds.get(i), scope="col") for i, words in enumerate(headings)]
    body = []
    for row in rows:
        first = "td" if headings else "th"
        cells = [element(first, row[0], class_=kinds.get(0))]
        cells += [element("td", cell, class_=kinds.get(i)) for i, cell in enumerate(row[1:], 1)]
        body.append(element("tr", *cells))
    parts = [element("thead", element("tr", *head))] if head else []
    return element("table", *parts, element("tbody", *body), class_="rules" if headings else None)


def _head(facts: RunFacts, evaluations: Sequence[Evaluation]) -> Markup:
    last = facts.recorded[-1].step
    answers = [
        (percent(evaluations[-1].accuracy, 2), f"test accuracy at step {grouped(last)}"),
        (f"{grouped(evaluations[-1].wrong)}", f"of {grouped(evaluations[-1].count)} test pictures wrong"),
        (grouped(facts.spec.weight_count), "weights"),
        (grouped(int(facts.steps["step"][-1]) if len(facts.steps) else 0), "steps trained"),
        (number(facts.epochs_done, 1), "epochs trained"),
    ]
    pairs = [element("div", element("dt", words), element("dd", value)) for value, words in answers]
    where = f"{facts.network} on {facts.train.name}"
    return element(
        "header",
        element("h1", facts.name),
        element("p", where, class_="dim"),
        element("dl", *pairs, class_="answers"),
    )


def _notes(facts: RunFacts) -> Markup:
    if not facts.notes.strip():
        return Markup("")
    return _section("Notes", element("p", facts.notes.strip(), class_="notes"))


def _settings(facts: RunFacts) -> Markup:
    config, train, test = facts.config, facts.train, facts.test
    how = [
        ("Optimiser", f"{OPTIMISERS[config.optimizer]}{', Nesterov' if config.nesterov else ''}"),
        ("Learning rate", f"{config.learning_rate:g}"),
        ("Schedule", config.schedule),
        ("Momentum", f"{config.momentum:g}"),
        ("Weight decay", f"{config.weight_decay:g}"),
        ("Batch", plural(config.batch_size, "picture")),
        ("Epochs", grouped(config.epochs)),
        ("Label smoothing", f"{config.label_smoothing:g}"),
        ("Averaging", f"{config.averaging:g}"),
        ("Augmentation", "none" if config.augmentation is None else str(config.augmentation)),
        ("Frozen layers", ", ".join(config.frozen) or "none"),
        ("Seed", str(config.seed)),
        ("Workers", grouped(config.workers)),
    ]
    what = [
        ("Data set", train.name),
        ("To learn from", plural(len(train.pictures), "picture")),
        ("To test with", plural(len(test.pictures), "picture")),
        ("Size", shape_text(train.picture_shape)),
        ("Classes", ", ".join(facts.spec.classes)),
    ]
    tables = element("div", _table(how), _table(what), class_="sides")
    note = "The settings at the end of the run; what was changed on the way is listed with the curves."
    return _section("Settings", tables, element("p", note, class_="dim") if facts.events else "")


def _network(facts: RunFacts) -> Markup:
    rows = [("input", "", "", shape_text(facts.spec.input_shape), MINUS)]
    for layer in layer_facts(facts.spec):
        window = shape_text(layer.window) if layer.window is not None else ""
        weights = weight_formula(layer) if layer.weights else MINUS
        rows.append((layer.name, layer.kind, window, shape_text(layer.output_shape), weights))
    headings = ("Layer", "Kind", "Window", "Output", "Weights")
    total = f"{plural(facts.spec.weight_count, 'weight')} in all."
    return _section(
        "Network", element("div", _table(rows, headings), class_="wide"), element("p", total, class_="dim")
    )


def _curves(facts: RunFacts) -> Markup:
    if not len(facts.steps) and not len(facts.tests):
        return Markup("")
    loss = loss_chart(
        facts.steps, facts.tests, facts.events, log_loss=facts.log_loss, log_steps=facts.log_steps
    )
    accuracy = accuracy_chart(facts.steps, facts.tests, facts.events, log_steps=facts.log_steps)
    losses = (("batch", "batch"), ("mean", "smoothed"), ("test", "test pictures"))
    parts: list[Child] = [
        element("h3", "Loss"),
        loss,
        _keys(losses),
        element("h3", "Accuracy"),
        accuracy,
        _keys((("train", "training pictures, smoothed"), ("tested", "test pictures"))),
    ]
    if facts.events:
        rows = [(str(i), grouped(step), words) for i, (step, words) in enumerate(facts.events, 1)]
        parts += [element("h3", "What happened"), _table(rows, ("", "Step", ""), (0, 1))]
    return _section("Curves", *parts)


def _keys(entries: Sequence[tuple[str, str]]) -> Markup:
    lines = [element("li", element("i", class_=kind), words) for kind, words in entries]
    return element("ul", *lines, class_="keys")


def _filters(facts: RunFacts, evaluations: Sequence[Evaluation]) -> Markup:
    parts: list[Child] = []
    for name in facts.spec.convolutions:
        weights = [recorded.parameters[f"{name}.weight"] for recorded in facts.recorded]
        # One scale for all steps: a filter that has grown looks stronger.
        scale: float | None = None
        for weight in weights:
            scale = nice_scale(weight, scale)
        assert scale is not None
        count, shape = len(weights[0]), shape_text(weights[0].shape[1:])
        words = f"{name}: {plural(count, 'filter')} of {shape}"
        if count > MOST_FILTERS:
            words += f", the first {MOST_FILTERS} shown"
        strength = short_number(scale)
        colours = element("span", f"{MINUS}{strength}", legend(), f"+{strength}", class_="legend")
        figures = []
        for recorded, weight, evaluation in zip(facts.recorded, weights, evaluations, strict=True):
            caption = f"step {grouped(recorded.step)} · test {percent(evaluation.accuracy, 1)}"
            picture = in_both_themes(filter_wall(weight, scale), f"Filters of {name} at {caption}")
            figures.append(element("figure", picture, element("figcaption", caption)))
        parts += [element("h3", words), colours, element("div", *figures, class_="walls")]
    return _section("Filters", *parts) if parts else Markup("")


def _accuracies(facts: RunFacts, evaluations: Sequence[Evaluation]) -> Markup:
    rows = [
        (grouped(recorded.step), number(found.loss, 3), percent(found.accuracy, 2), grouped(found.wrong))
        for recorded, found in zip(facts.recorded, evaluations, strict=True)
    ]
    headings = ("Step", "Test loss", "Test accuracy", "Wrong")
    return _section("On the test pictures", _table(rows, headings, range(4)))


def _confusion(facts: RunFacts, evaluations: Sequence[Evaluation]) -> Markup:
    classes, confusion = facts.spec.classes, evaluations[-1].confusion
    head = [element("th", ""), *(element("th", name, scope="col") for name in classes)]
    rows = [element("tr", *head, element("th", "right", scope="col"))]
    for label, counts in enumerate(confusion.tolist()):
        total = sum(counts)
        cells = [element("th", classes[label], scope="row")]
        for answer, count in enumerate(counts):
            share = count / total if total else 0.0
            # Mistakes are few: their root is shown, that they can be told from none.
            shown = share if answer == label else share**0.5
            kind = "zero" if not count else "right" if answer == label else "wrong"
            cells.append(element("td", grouped(count), class_=kind, style=f"--share: {shown:.3f}"))
        right = percent(counts[label] / total, 1) if total else MINUS
        rows.append(element("tr", *cells, element("th", right)))
    caption = "Rows: what the pictures are; columns: what the network answers."
    table = element("table", element("caption", caption), element("tbody", *rows), class_="matrix")
    title = f"Confusion matrix at step {grouped(facts.recorded[-1].step)}"
    return _section(title, element("div", joined(table), class_="wide"))
