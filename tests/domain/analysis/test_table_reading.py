"""A plain table is read whole or refused with the row, the column and the way out."""

import pickle

import pytest

from domain.analysis.errors import AnalysisError, InvalidCell, InvalidColumns
from domain.analysis.survival_table import SurvivalTable
from domain.analysis.table_reading import read_table


def test_columns_in_any_order_with_cause_and_stratum() -> None:
    table = read_table("\ufeffArm,time,status,cause,stratum\r\n0,1.5,1,2,north\r\n\r\n1,2,0,0,south\r\n", "years")
    assert table == SurvivalTable((1.5, 2.0), (1, 0), (0, 1), "years", (2, 0), ("north", "south"))


def test_a_heading_alone_is_a_table_of_nobody() -> None:
    assert len(read_table("time,status,arm\n", "days")) == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "column time is missing"),
        ("time;status;arm\n1;0;1", "column time is missing"),
        ("time,status\n1,0", "column arm is missing"),
        ("time,status,arm,entry\n1,0,1,0", "column 'entry' is unknown"),
        ("time,status,arm,arm\n1,0,1,0", "column arm is given twice"),
        ("time,status,arm\n1,0,1\n1,0", "row 2 has 2 cells, the heading 3"),
    ],
)
def test_another_shape_is_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidColumns) as refusal:
        read_table(text, "days")
    assert said in str(refusal.value)
    assert "time,status,arm" in refusal.value.way_out


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("-1,0,1", "time", "-1.0"),
        ("nan,0,1", "time", "nan"),
        ("inf,0,1", "time", "inf"),
        ("1_000,0,1", "time", "1_000"),
        (",0,1", "time", ""),
        ("1,2,1", "status", "2"),
        ("1,0.5,1", "status", "0.5"),
        ("1,0,OMIT", "arm", "OMIT"),
        ("1,0,2", "arm", "2"),
    ],
)
def test_a_value_that_cannot_be_true_is_named(row: str, column: str, value: str) -> None:
    with pytest.raises(InvalidCell) as refusal:
        read_table(f"time,status,arm\n5,1,0\n{row}\n", "days")
    assert (refusal.value.row, refusal.value.column, refusal.value.value) == (2, column, value)
    assert refusal.value.way_out
    assert str(pickle.loads(pickle.dumps(refusal.value))) == str(refusal.value)


def test_a_cause_or_stratum_that_is_not_one_is_named() -> None:
    with pytest.raises(InvalidCell, match="column cause: '3' is not a cause"):
        read_table("time,status,arm,cause\n1,0,1,3", "days")
    with pytest.raises(InvalidCell, match="column stratum: '' is empty"):
        read_table("time,status,arm,stratum\n1,0,1,", "days")


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(AnalysisError, match=r"columns differ in length \(time 2, status 1, arm 2, stratum 2\)"):
        SurvivalTable((1.0, 2.0), (1,), (0, 1), stratum=("a", "b"))


@pytest.mark.parametrize("row", ["1,1,0,0", "1,0,0,1"])
def test_a_cause_that_contradicts_the_status_is_refused(row: str) -> None:
    with pytest.raises(InvalidCell, match=r"row 1, column cause: '[01]' contradicts status"):
        read_table(f"time,status,arm,cause\n{row}", "days")


def test_a_competing_event_is_an_event_or_a_censoring() -> None:
    assert read_table("time,status,arm,cause\n1,0,0,2\n1,1,0,2", "days").status == (0, 1)
