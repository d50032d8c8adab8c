"""A report as one HTML file that needs no other file, no script and no network."""

from __future__ import annotations

from flows.reports.languages import saying
from flows.reports.report import Report
from flows.reports.report_contents import Picture
from flows.reports.tables.table import Table


def report_html(report: Report) -> str:
    """The file's text; the same report gives the same bytes."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("flows.reports", package_path="")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.get_template("report.html.j2")
    return template.render(report=report, say=saying(report.language), kind=_kind)


def _kind(block: Picture | Table | str) -> str:
    return "text" if isinstance(block, str) else "picture" if isinstance(block, Picture) else "table"
