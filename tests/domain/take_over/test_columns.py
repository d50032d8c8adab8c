"""Every column: what its cells may hold, and what is said of what they may not."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.take_over.columns import COLUMNS, read_cells
from domain.take_over.recurrences import ListedOccurrence
from domain.take_over.row import DATES
from events.clinical_date import ClinicalDate
from events.outcomes import DeathCause
from events.radiotherapy import Regimen
from events.randomisation import Arm
from events.screening import BreastSurgery, PrimaryTumour

CONTRACT = (
    "patient_id randomised_on arm consented_on birth_date surgery_date breast_surgery pt tumour_size_mm nodes_positive "
    "grade ki67_pct er_pct pr_pct her2 ecog genomic_score genomic_reported_on rt_started_on rt_completed_on regimen "
    "arm_delivered recurrences last_assessed_on last_alive_on died_on death_cause withdrew_on lost_on"
)


def test_the_columns_of_the_contract() -> None:
    assert list(COLUMNS) == CONTRACT.split()


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("patient_id", "RJ-0042", "RJ-0042"),
        ("arm", "IMNI", Arm.IMNI),
        ("arm", "omit", Arm.OMIT),
        ("arm_delivered", "OMIT", Arm.OMIT),
        ("breast_surgery", "MAST", BreastSurgery.MASTECTOMY),
        ("breast_surgery", "bcs", BreastSurgery.CONSERVING),
        ("regimen", "HYPO", Regimen.HYPOFRACTIONATED),
        ("regimen", "CONV", Regimen.CONVENTIONAL),
        ("death_cause", "BREAST_CANCER", DeathCause.BREAST_CANCER),
        ("death_cause", "Other", DeathCause.OTHER),
        ("death_cause", "UNKNOWN", DeathCause.UNKNOWN),
        ("pt", "T2", PrimaryTumour.T2),
        ("pt", "pT2", PrimaryTumour.T2),
        ("pt", "2", PrimaryTumour.T2),
        ("pt", "p2", PrimaryTumour.T2),
        ("pt", "t1c", PrimaryTumour.T1C),
        ("pt", "1mi", PrimaryTumour.T1MI),
        ("pt", "PT1A", PrimaryTumour.T1A),
        ("pt", "Tis", PrimaryTumour.TIS),
        ("pt", "pTIS", PrimaryTumour.TIS),
        ("tumour_size_mm", "0", Decimal(0)),
        ("tumour_size_mm", "12.5", Decimal("12.5")),
        ("tumour_size_mm", "300", Decimal(300)),
        ("nodes_positive", "0", 0),
        ("nodes_positive", "99", 99),
        ("nodes_positive", "2.0", 2),
        ("grade", "1", 1),
        ("grade", "3", 3),
        ("ki67_pct", "0", Decimal(0)),
        ("er_pct", "100", Decimal(100)),
        ("pr_pct", "0.5", Decimal("0.5")),
        ("her2", "2+ ISH negative", "2+ ISH negative"),
        ("her2", "0", "0"),
        ("ecog", "0", 0),
        ("ecog", "5", 5),
        ("genomic_score", "44.1", Decimal("44.1")),
        ("genomic_score", "100", Decimal(100)),
        *((column, "2021-12-01", ClinicalDate(2021, 12, 1)) for column in (*DATES, "birth_date")),
        *((column, "2021-12", ClinicalDate(2021, 12)) for column in (*DATES, "birth_date")),
        *((column, "2021", ClinicalDate(2021)) for column in (*DATES, "birth_date")),
    ],
)
def test_a_cell_that_can_be_read(column: str, text: str, value: Any) -> None:
    assert read_cells({column: text}) == ({column: value}, ())


@pytest.mark.parametrize(
    ("column", "text", "mentions"),
    [
        ("patient_id", "Li Wei", "RJ-0042"),
        ("patient_id", "patient/1", "letters, digits"),
        ("patient_id", "x" * 65, "1 to 64"),
        ("arm", "A", "IMNI, OMIT"),
        ("arm_delivered", "none", "IMNI, OMIT"),
        ("breast_surgery", "LUMPECTOMY", "MAST, BCS"),
        ("regimen", "15x2.67", "HYPO, CONV"),
        ("death_cause", "cancer", "BREAST_CANCER, OTHER, UNKNOWN"),
        ("pt", "T5", "T1mi"),
        ("pt", "ypT2", "Tis"),
        ("pt", "p", "T2"),
        ("tumour_size_mm", "2,5", "point before decimals"),
        ("tumour_size_mm", "25mm", "digits only"),
        ("tumour_size_mm", "300.1", "less than or equal to 300"),
        ("tumour_size_mm", "-1", "greater than or equal to 0"),
        ("nodes_positive", "1/12", "digits only"),
        ("nodes_positive", "1.5", "whole number"),
        ("nodes_positive", "-1", "greater than or equal to 0"),
        ("nodes_positive", "100", "less than or equal to 99"),
        ("grade", "0", "greater than or equal to 1"),
        ("grade", "4", "less than or equal to 3"),
        ("grade", "II", "not a number"),
        ("ki67_pct", "10-15", "not a number"),
        ("ki67_pct", "20%", "digits only"),
        ("ki67_pct", "101", "less than or equal to 100"),
        ("er_pct", "nan", "not a number"),
        ("er_pct", "-0.1", "greater than or equal to 0"),
        ("pr_pct", "Infinity", "not a number"),
        ("pr_pct", "1_0", "not a number"),
        ("pr_pct", "1e999999999", "not a number"),
        ("pr_pct", "9" * 5000, "not a number"),
        ("her2", "x" * 51, "at most 50"),
        ("ecog", "6", "less than or equal to 5"),
        ("genomic_score", "100.1", "less than or equal to 100"),
        ("genomic_score", "low", "not a number"),
        *((column, "01/12/2021", "write 2021-12-01") for column in (*DATES, "birth_date")),
        *((column, "2021-02-29", "not in the calendar") for column in (*DATES, "birth_date")),
        ("died_on", "2021-13", "or 2021-12 when only the month is known"),
        ("died_on", "unknown", "write 2021-12-01"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_with_value_and_way_out(column: str, text: str, mentions: str) -> None:
    values, (problem,) = read_cells({column: text})
    assert values == {}
    assert (problem.column, problem.value) == (column, text)
    assert mentions in problem.problem
    assert str(problem) == f"{column} {text!r}: {problem.problem}"
    assert not problem.problem.startswith(repr(text))


SITES = (
    "BREAST",
    "CHEST_WALL",
    "AXILLA",
    "SUPRACLAVICULAR",
    "INFRACLAVICULAR",
    "INTERNAL_MAMMARY",
    "DISTANT",
    "CONTRALATERAL_INVASIVE",
    "CONTRALATERAL_DCIS",
    "SECOND_PRIMARY",
)


def listed(*parts: str) -> tuple[ListedOccurrence, ...]:
    dated = (part.split(":") for part in parts)
    return tuple(ListedOccurrence(ClinicalDate.parse(on), site) for on, site in dated)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2021-12-01:CHEST_WALL", listed("2021-12-01:CHEST_WALL")),
        ("2021-12-01:CHEST_WALL;2022-02-01:DISTANT", listed("2021-12-01:CHEST_WALL", "2022-02-01:DISTANT")),
        (" 2021-12 : chest_wall ; 2022:Distant; ", listed("2021-12:CHEST_WALL", "2022:DISTANT")),
        *((f"2022-02-01:{site}", listed(f"2022-02-01:{site}")) for site in SITES),
    ],
)
def test_a_list_of_recurrences(text: str, found: tuple[ListedOccurrence, ...]) -> None:
    assert read_cells({"recurrences": text}) == ({"recurrences": found}, ())


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        (";", ["lists nothing", "leave the cell empty"]),
        ("2021-12-01", ["'2021-12-01'", "write DATE:SITE"]),
        ("CHEST_WALL:2021-12-01", ["'2021-12-01'", "use one of BREAST, CHEST_WALL"]),
        ("2021-12-01:LUNG", ["'LUNG'", "SECOND_PRIMARY"]),
        ("2021-02-30:DISTANT", ["'2021-02-30'", "not in the calendar"]),
        (":DISTANT", ["''", "write 2021-12-01"]),
        ("2021-12-01:LUNG;2022;2022-01-01:DISTANT", ["'LUNG'", "'2022'"]),
    ],
)
def test_a_list_that_cannot_be_read_says_all_that_is_wrong_in_it(text: str, mentions: list[str]) -> None:
    _, (problem,) = read_cells({"recurrences": text})
    assert (problem.column, problem.value) == ("recurrences", text)
    for words in mentions:
        assert words in problem.problem


def test_the_guide_has_every_column_in_its_heading_and_its_table() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "import.md").read_text(encoding="utf-8").splitlines()
    assert ",".join(COLUMNS) in guide
    described = [line.split("|") for line in guide if line.startswith("| `") and line.count("|") == 5]
    assert [cells[1].strip(" `") for cells in described] == list(COLUMNS)
    for cells in described:
        column, example = (cells[place].strip(" `") for place in (1, 4))
        assert read_cells({column: example})[1] == (), column
