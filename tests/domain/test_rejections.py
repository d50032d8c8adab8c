"""Refusals are told in full to people, and survive the way between processes."""

import pickle

import pytest

from domain import rejections
from domain.rejections import Rejection

KINDS = [Rejection, *Rejection.__subclasses__()]


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_names_field_value_rule_and_way_out(kind: type[Rejection]) -> None:
    refusal = kind("grade", "4", "a grade is 1 to 3 (Protocol: Participants)", "Mend the grade")
    assert str(refusal) == "grade 4: a grade is 1 to 3 (Protocol: Participants). Mend the grade"


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_is_the_same_after_pickling(kind: type[Rejection]) -> None:
    refusal = kind("grade", "4", "a grade is 1 to 3", "Mend the grade")
    again = pickle.loads(pickle.dumps(refusal))
    assert type(again) is kind
    assert (again.field, again.value, again.rule, again.way_out) == refusal.args


def test_the_tree_in_the_docstring_shows_every_kind() -> None:
    assert all(kind.__name__ in (rejections.__doc__ or "") for kind in KINDS)
