"""A report as PDF, typeset by Typst without a network: the same report gives the same bytes.

The letters are those matplotlib brings along, so that English looks alike on every machine. Chinese needs a font of the
machine; where there is none the PDF is in English and says so, and what patients' entries have of Chinese is marked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple, cast

from flows.reports.languages import Say, saying
from flows.reports.report import Report
from flows.reports.report_contents import Picture, Section
from flows.reports.tables.table import Row, Table

LATIN = "DejaVu Sans"
CHINESE = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "Noto Serif CJK SC",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "SimSun",
    "PingFang SC",
)
"""Fonts with simplified Chinese letters, the best first."""

NO_CHINESE = (
    "There is no font with Chinese letters on this machine: this PDF is in English. The HTML file is in Chinese."
)
_MARK = "[Chinese text: see the HTML file]"
_IDEOGRAPHS = re.compile(r"[⺀-鿿豈-﫿︰-﹏＀-￯𠀀-𯨟][⺀-鿿豈-﫿︰-﹏＀-￯𠀀-𯨟\s]*")
_WIDE = 7
"""With more columns than these a table gets a page on its side."""


class Pdf(NamedTuple):
    """The file's bytes; `in_english` when Chinese was wanted and this machine has no letters for it."""

    content: bytes
    in_english: bool


def report_pdf(report: Report, font: Callable[[], str | None] | None = None) -> Pdf:
    """Typeset a report; `font` names the font for Chinese when one is needed, see `chinese_font`."""
    find = font or chinese_font
    wants = report.language == "zh"
    in_english = wants and find() is None
    given = replace(report, language="en") if in_english else report
    source, pictures = _source(given, NO_CHINESE if in_english else "")
    chinese = find() if _IDEOGRAPHS.search(source) else None
    if chinese is None:
        source = _IDEOGRAPHS.sub(_MARK, source)
    fonts = f'"{LATIN}", "{chinese}"' if chinese else f'"{LATIN}"'
    letters = f'#set text(font: ({fonts},), size: 8.5pt, lang: "{given.language}")\n'
    return Pdf(_typeset({"main.typ": (letters + source).encode(), **pictures}, chinese, report.dated), in_english)


def _typeset(files: dict[str, bytes], chinese: str | None, dated: datetime) -> bytes:
    """The machine's own fonts are looked at for Chinese only."""
    import typst

    compile_files = cast("Callable[..., bytes]", typst.compile)  # its stub does not know files in memory
    return compile_files(files, ignore_system_fonts=chinese is None, font_paths=[_brought_along()], timestamp=dated)


@cache
def chinese_font() -> str | None:
    """The best font with Chinese letters on this machine, if there is one."""
    import typst

    installed = set(typst.Fonts(include_system_fonts=True).families())
    return next((name for name in CHINESE if name in installed), None)


def _brought_along() -> Path:
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf"


def _source(report: Report, warning: str) -> tuple[str, dict[str, bytes]]:
    say = saying(report.language)
    pictures: dict[str, bytes] = {}
    lines = [
        f'#set document(title: {_text(say(report.title))}, author: "IMNI PRECISION engine")',
        '#set page(paper: "a4", margin: 18mm, numbering: "1 / 1")',
        "#show heading: set block(above: 1.6em, below: 0.8em)\n#set par(leading: 0.55em)",
        "#set table(stroke: (x, y) => (bottom: 0.4pt + luma(180)), inset: 3pt)\n#show table: set text(size: 7.5pt)",
        f"#text(size: 16pt, strong({_text(say(report.title))}))",
    ]
    warnings = [warning, say("Every patient in this report is simulated.") if report.simulated else ""]
    lines += [f"#block(fill: luma(230), inset: 6pt, width: 100%, {_text(each)})" for each in warnings if each]
    known = ", ".join(f"strong({_text(say(name))}), {_text(value)}" for name, value in report.provenance)
    lines.append(f"#grid(columns: (auto, 1fr), column-gutter: 10pt, row-gutter: 5pt, {known})")
    lines.append(f"#outline(title: {_text(say('Contents'))}, depth: 2)")
    for section in report.sections:
        lines += _section(section, say, pictures)
    return "\n".join(lines) + "\n", pictures


def _section(section: Section, say: Say, pictures: dict[str, bytes]) -> Iterator[str]:
    yield f"#pagebreak(weak: true)\n#heading({_text(say(section.title))})"
    for block in section.blocks:
        if isinstance(block, Picture):
            name = f"figure-{len(pictures)}.svg"
            pictures[name] = block.svg.encode()
            image = f"image({_text(name)}, width: 100%, alt: {_text(say(block.title))})"
            yield f"#block(breakable: false, {_stacked(image, _records(block.records, say))})"
        elif isinstance(block, Table):
            yield _table(block, say)
        else:
            yield f"#par({_text(say(block))})"


def _table(table: Table, say: Say) -> str:
    title = f"#block(sticky: true, above: 1.5em, strong({_text(say(table.title))}))"
    columns = ", ".join(f"{width}fr" for width in table.widths or _widths(len(table.columns)))
    cells = [f"table.header({', '.join(_heading(table, say))})", *(_row(row, table, say) for row in table.rows)]
    notes = [
        f"#block(above: 0.5em, text(size: 7pt, fill: luma(90), {_text(said)}))" for said in _said_below(table, say)
    ]
    made = "\n".join([title, f"#table(columns: ({columns}), {', '.join(cells)})", *notes])
    return f"#page(flipped: true)[\n{made}\n]" if len(table.columns) > _WIDE else made


def _widths(columns: int) -> Sequence[float]:
    return (5 if columns > _WIDE else 1.6, *(1,) * columns)


def _heading(table: Table, say: Say) -> Iterator[str]:
    if table.spans:
        yield "[]"
        for name, over in table.spans:
            yield f"table.cell(colspan: {over}, align: center, strong({_text(say(name))}))"
    for column in (table.first, *table.columns):
        yield f"strong({_text(say(column))})"


def _row(row: Row, table: Table, say: Say) -> str:
    label = f"pad(left: {9 * row.level}pt, {_text(say(row.label))})"
    missing = len(table.columns) - len(row.cells)
    return ", ".join([label, *(_text(str(cell)) for cell in row.cells), *("[]",) * missing])


def _said_below(table: Table, say: Say) -> Iterator[str]:
    yield from map(say, table.notes)
    if table.records:
        yield _records(table.records, say)


def _records(records: Sequence[str], say: Say) -> str:
    return f"{say('Analysis')} {', '.join(records)}" if records else ""


def _stacked(image: str, records: str) -> str:
    return f"stack(spacing: 4pt, {image}, text(size: 7pt, fill: luma(90), {_text(records)}))" if records else image


def _text(said: str) -> str:
    """A text as a value of Typst, whatever characters it has."""
    escaped = said.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
