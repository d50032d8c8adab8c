"""What can be wrong with numbers given for analysis.

AnalysisError             the numbers cannot be analysed; nothing was computed
├── InvalidColumns        the columns are not those of a survival table, or differ in length
└── InvalidCell           one value of one row cannot be true
"""


class AnalysisError(Exception):
    """Numbers that cannot be analysed as they are."""


class InvalidColumns(AnalysisError):
    """The columns are missing, unknown, given twice, or of unequal length."""

    def __init__(self, problem: str, way_out: str) -> None:
        super().__init__(problem, way_out)
        self.problem = problem
        self.way_out = way_out

    def __str__(self) -> str:
        return f"{self.problem}. {self.way_out}"


class InvalidCell(AnalysisError):
    """One value. `row` counts patients from 1, the heading not counted."""

    def __init__(self, row: int, column: str, value: str, problem: str, way_out: str) -> None:
        super().__init__(row, column, value, problem, way_out)
        self.row = row
        self.column = column
        self.value = value
        self.problem = problem
        self.way_out = way_out

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: {self.value!r} {self.problem}. {self.way_out}"
