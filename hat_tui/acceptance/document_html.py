"""A sheet as one HTML page that loads nothing: charts are inline SVG, colours follow the reader's light or dark."""

from collections.abc import Sequence
from html import escape

from hat_tui.acceptance.document import (
    Answer,
    Bars,
    Block,
    Facts,
    Line,
    Scatter,
    Section,
    Signature,
    Stamp,
    Table,
    Title,
    letter,
    nice_end,
)
from hat_tui.chat.safe_text import shown, shown_line

_COLOURS = 8

_STYLE = """
:root { color-scheme: light dark; --ink: #1c1f24; --paper: #fff; --faint: #6b7280; --line: #d5d9e0; --shade: #f4f5f8;
  --good: #11713f; --bad: #b3261e; --open: #8a5a00;
  --c0: #1f6feb; --c1: #d1602b; --c2: #1b8a5a; --c3: #8e44ad; --c4: #b8860b; --c5: #c2185b; --c6: #00838f;
  --c7: #5d4037 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ec; --paper: #15171b; --faint: #9aa2ae; --line: #3a3f48;
  --shade: #1e2127; --good: #5fd38d; --bad: #ff8a80; --open: #e0b050;
  --c0: #6aa6ff; --c1: #ff9d6b; --c2: #5fd3a0; --c3: #c792ea; --c4: #e5c07b; --c5: #ff80ab; --c6: #4dd0e1;
  --c7: #bcaaa4 } }
@media print { :root { --ink: #000; --paper: #fff; --faint: #444; --line: #999; --shade: #f2f2f2; --good: #000;
  --bad: #000; --open: #000 } body { font-size: 12px } details, h2:has(+ details) { display: none }
  h2, .stamp { break-after: avoid } .sign, tr, svg { break-inside: avoid } }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.2rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif }
h1 { font-size: 1.7rem; margin: 0 0 1rem; border-bottom: 3px solid var(--ink); padding-bottom: .4rem }
h2 { font-size: 1.15rem; margin: 2rem 0 .6rem }
table { border-collapse: collapse; width: 100%; margin: .8rem 0; font-variant-numeric: tabular-nums }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line) }
thead th { border-bottom: 2px solid var(--ink); white-space: nowrap }
.facts th { font-weight: 400; color: var(--faint); width: 12rem; white-space: nowrap }
.facts td { overflow-wrap: anywhere }
td.n, th.n { text-align: right; white-space: nowrap }
.stamp { display: inline-block; font-weight: 700; font-size: 1.3rem; letter-spacing: .06em; padding: .4rem 1.2rem;
  border: 3px solid; border-radius: .3rem; margin: .4rem 0 }
.good { color: var(--good) } .bad { color: var(--bad) } .open { color: var(--open) }
details { border: 1px solid var(--line); border-radius: .3rem; margin: .5rem 0 }
summary { cursor: pointer; padding: .45rem .8rem; background: var(--shade) }
details ul { margin: .5rem .8rem; padding-left: 1.1rem; color: var(--faint) }
pre { margin: .5rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
.sign { display: flex; gap: 3rem; margin-top: 3.5rem }
.sign div { flex: 2; border-top: 1px solid var(--ink); color: var(--faint); padding-top: .2rem }
.sign div + div { flex: 1 }
svg { max-width: 100%; height: auto; display: block }
svg text { fill: var(--ink); font: 12px system-ui, "DejaVu Sans", sans-serif }
svg .on { fill: var(--paper); font-weight: 700 }
svg .faint { fill: var(--faint) } svg .grid { stroke: var(--line) } svg .axis { stroke: var(--ink) }
.scroll { overflow-x: auto }
"""


def to_html(blocks: Sequence[Block]) -> str:
    """A whole page, which runs no script and asks for nothing; all texts of models and people are inert in it."""
    title = next((block.text for block in blocks if isinstance(block, Title)), "Home Acceptance Test")
    body = "\n".join(map(_html, blocks))
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{_safe(title)}</title>\n'
        '<meta name="viewport" content="width=device-width">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _safe(text: str) -> str:
    return escape(shown_line(text))


def _html(block: Block) -> str:
    match block:
        case Title(text=text):
            return f"<h1>{_safe(text)}</h1>"
        case Section(text=text):
            return f"<h2>{_safe(text)}</h2>"
        case Line(text=text):
            return f"<p>{_safe(text)}</p>"
        case Stamp(text=text, good=good):
            return f'<p class="stamp {_mood(good)}">{_safe(text)}</p>'
        case Facts(rows=rows):
            cells = "".join(f"<tr><th>{_safe(name)}</th><td>{_safe(value)}</td></tr>" for name, value in rows)
            return f'<table class="facts">{cells}</table>'
        case Table():
            return _table(block)
        case Scatter():
            return _scatter(block)
        case Bars():
            return _bars(block)
        case Answer(head=head, text=text, notes=notes):
            listed = f"<ul>{''.join(f'<li>{_safe(note)}</li>' for note in notes)}</ul>" if notes else ""
            words = escape(shown(text)) or "(nothing)"
            return f"<details><summary>{_safe(head)}</summary>{listed}<pre>{words}</pre></details>"
        case Signature(role=role):
            return f'<div class="sign"><div>{_safe(role)}: name and signature</div><div>date</div></div>'


def _mood(good: bool | None) -> str:
    return {True: "good", False: "bad", None: "open"}[good]


def _table(table: Table) -> str:
    def row(cells: tuple[str, ...], tag: str) -> str:
        made = (
            f"<{tag}{' class=n' if at in table.numeric else ''}>{_safe(cell)}</{tag}>" for at, cell in enumerate(cells)
        )
        return f"<tr>{''.join(made)}</tr>"

    body = "\n".join(row(cells, "td") for cells in table.rows)
    return f'<div class="scroll"><table><thead>{row(table.head, "th")}</thead><tbody>\n{body}\n</tbody></table></div>'


def _legend(labels: Sequence[str], y: int) -> str:
    """Coloured squares with names, one below the other."""
    return "".join(
        f'<rect x="60" y="{y + 20 * at - 10}" width="11" height="11" rx="2" fill="var(--c{at % _COLOURS})"/>'
        f'<text x="78" y="{y + 20 * at}">{letter(at)}  {_safe(label)}</text>'
        for at, label in enumerate(labels)
    )


def _scatter(scatter: Scatter, width: int = 640, height: int = 300) -> str:
    left, top, right, bottom = 60, 30, width - 30, height - 46
    end = nice_end(max((point.speed for point in scatter.points), default=0))
    parts: list[str] = []
    for mark in range(6):
        y = bottom - (bottom - top) * mark / 5
        parts.append(f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{left - 10}" y="{y + 4:.1f}" text-anchor="end">{mark}</text>')
    for step in range(6):
        x = left + (right - left) * step / 5
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{end * step / 5:g}</text>')
    parts.append(f'<path class="axis" d="M{left} {top}V{bottom}H{right}" fill="none"/>')
    parts.append(f'<text class="faint" x="{right}" y="{bottom + 36}" text-anchor="end">tokens a second</text>')
    parts.append(f'<text class="faint" x="8" y="{top - 14}">mean mark</text>')
    for number, point in enumerate(scatter.points):
        x = left + (right - left) * point.speed / end
        y = bottom - (bottom - top) * point.mark / 5
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9" fill="var(--c{number % _COLOURS})" opacity=".85">'
            f"<title>{_safe(point.label)}: mark {point.mark:.2f}, {point.speed:.1f} tokens/s</title></circle>"
            f'<text class="on" x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle">{letter(number)}</text>'
        )
    labels = [f"{point.label}: mark {point.mark:.2f}, {point.speed:.1f} tokens/s" for point in scatter.points]
    whole = height + 20 * len(labels)
    return _svg(width, whole, "Speed against mean mark", "".join(parts) + _legend(labels, height + 8))


def _bars(bars: Bars, width: int = 640) -> str:
    names, gap, thick = 230, 8, 13
    scale = (width - names - 60) / 5
    parts: list[str] = []
    y = 10
    for name, marks in bars.rows:
        middle = y + thick * len(marks) / 2 + 4
        shortened = name if len(name) <= 32 else name[:31] + "…"
        parts.append(f'<text x="{names - 10}" y="{middle:.1f}" text-anchor="end">{_safe(shortened)}</text>')
        for at, mark in enumerate(marks):
            top = y + thick * at
            parts.append(
                f'<rect x="{names}" y="{top}" width="{5 * scale:.1f}" height="{thick - 2}" fill="var(--shade)"/>'
            )
            if mark is not None:
                parts.append(_rect(names, top, mark * scale, thick - 2, f"var(--c{at % _COLOURS})"))
            number = "-" if mark is None else f"{mark:.1f}"
            parts.append(f'<text x="{names + 5 * scale + 8:.1f}" y="{top + thick - 3}">{number}</text>')
        y += thick * len(marks) + gap
    many = len(bars.labels) > 1
    legend = _legend(bars.labels, y + 16) if many else ""
    return _svg(width, y + (20 * len(bars.labels) + 16 if many else 6), "Marks by task", "".join(parts) + legend)


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:.1f}" height="{height:g}" fill="{fill}"/>'


def _svg(width: int, height: int, label: str, body: str) -> str:
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'<svg {size} role="img" aria-label="{label}">{body}</svg>'
