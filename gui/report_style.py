"""The style sheet of the report: the program's colours, light, dark and on paper."""

from gui.theme import DARK, LIGHT, Theme

_SHEET = """
:root { LIGHT }
@media screen and (prefers-color-scheme: dark) { :root { DARK } }
@page { size: A4; margin: 15mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.5rem 3rem; background: var(--window);
  color: var(--text); font: 15px/1.45 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums; }
h1 { font-size: 1.6rem; font-weight: 600; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; font-weight: 600; margin: 2rem 0 .6rem; padding-bottom: .25rem;
  border-bottom: 1px solid var(--hairline); break-after: avoid; }
h3 { font-size: .95rem; font-weight: 600; margin: 1.1rem 0 .4rem; break-after: avoid; }
p { margin: .4rem 0; overflow-wrap: anywhere; }
.dim, caption, figcaption, th { color: var(--dim); }
.notes { white-space: pre-wrap; }
.answers { display: flex; flex-wrap: wrap; gap: 1.8rem; margin: 1rem 0 0; padding: 0; }
.answers div { display: flex; flex-direction: column-reverse; }
.answers dt { color: var(--dim); font-size: .85rem; }
.answers dd { margin: 0; font-size: 1.35rem; font-weight: 600; }
table { border-collapse: collapse; font-size: .9rem; }
caption { text-align: left; padding-bottom: .3rem; }
th { font-weight: 400; text-align: left; }
th, td { padding: .18rem .9rem .18rem 0; vertical-align: top; overflow-wrap: anywhere; }
td.number, th.number { text-align: right; white-space: nowrap; }
tr { break-inside: avoid; }
.rules tbody tr { border-top: 1px solid var(--hairline); }
.sides { display: flex; flex-wrap: wrap; gap: 0 3rem; align-items: flex-start; }
.wide { overflow-x: auto; }
.matrix { break-inside: avoid; }
.matrix td, .matrix th { padding: .25rem .4rem; text-align: right; min-width: 2.2rem; }
.matrix td { border: 1px solid var(--hairline); color: var(--text); }
.matrix td.zero { color: var(--dim); }
.matrix .right { background: color-mix(in srgb, var(--accent) calc(var(--share) * 55%), transparent); }
.matrix .wrong { background: color-mix(in srgb, var(--positive) calc(var(--share) * 55%), transparent); }
.walls { display: flex; flex-wrap: wrap; gap: 1rem 1.5rem; align-items: flex-start; }
figure { margin: 0; break-inside: avoid; }
figcaption { font-size: .85rem; margin-top: .3rem; }
img { display: block; image-rendering: pixelated; max-width: 100%; height: auto; }
.legend { display: flex; gap: .5rem; align-items: center; margin-bottom: .6rem; font-size: .85rem;
  color: var(--dim); }
svg { display: block; width: 100%; height: auto; max-width: 45rem; break-inside: avoid; }
svg text { fill: var(--dim); font-size: 11px; }
svg .grid { stroke: var(--hairline); stroke-width: 1; }
svg .axis { stroke: var(--dim); stroke-width: 1; }
svg .event { stroke: var(--dim); stroke-width: 1; stroke-dasharray: 3 3; }
svg .curve { stroke-linejoin: round; }
svg .batch { stroke: var(--faint); stroke-width: 1; }
svg .mean { stroke: var(--text); stroke-width: 1.6; }
svg .test { stroke: var(--dim); stroke-width: 1.2; }
svg .train { stroke: var(--quiet); stroke-width: 1.4; }
svg .tested { stroke: var(--accent); stroke-width: 1.6; }
svg .dot.test { fill: var(--dim); stroke: none; }
svg .dot.tested { fill: var(--accent); stroke: none; }
.keys { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; font-size: .85rem; color: var(--dim);
  margin: 0 0 .6rem; padding: 0; list-style: none; }
.keys i { display: inline-block; width: 1.4rem; border-top: 2px solid; margin-right: .4rem;
  vertical-align: middle; }
.keys .batch { color: var(--faint); } .keys .mean { color: var(--text); }
.keys .test { color: var(--dim); } .keys .train { color: var(--quiet); }
.keys .tested { color: var(--accent); }
footer { margin-top: 2.5rem; font-size: .85rem; color: var(--dim); }
@media print {
  body { padding: 0; max-width: none; background: none; font-size: 10pt; }
  .matrix td, img { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
"""


def style_sheet() -> str:
    """Give the sheet; it names no other file, and needs no escaping."""
    return _SHEET.replace("LIGHT", _variables(LIGHT)).replace("DARK", _variables(DARK))


def _variables(theme: Theme) -> str:
    colours = {
        "window": theme.window.name(),
        "text": theme.text.name(),
        "dim": theme.text_dim.name(),
        "hairline": theme.hairline.name(),
        "accent": theme.accent.name(),
        "positive": theme.positive.name(),
        "faint": f"color-mix(in srgb, {theme.text_dim.name()} 45%, {theme.window.name()})",
        "quiet": f"color-mix(in srgb, {theme.accent.name()} 55%, {theme.window.name()})",
    }
    scheme = f"color-scheme: {theme.name}; "
    return scheme + " ".join(f"--{name}: {colour};" for name, colour in colours.items())
