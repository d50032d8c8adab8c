"""The commands about the allocation lists, as a statistician gives them."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.rejections import Implausible
from events.randomisation import Arm
from flows.allocation_lists import arms_of_file
from tests.deployments.homes import Home

LISTED = "place,arm\n1,OMIT\n2,IMNI\n3,IMNI\n"


def test_a_list_is_taken_over_proved_and_shown_at_the_end_only(tmp_path: Path) -> None:
    """A13: the showing is on record before it is shown. A14: how predictable it was is said there only."""
    home, file = Home(tmp_path / "home"), tmp_path / "list.csv"
    file.write_text(LISTED)
    taken = home.json("allocation", "take-over", str(file), "--prepared-by", "SPSS 21, Ruijin")
    assert (taken["scheme"], taken["places"]) == ("prepared elsewhere: SPSS 21, Ruijin", 3)
    status = home.imni("allocation", "status")
    assert status.returncode == 1
    assert "Only 3 places are left" in status.stdout
    assert home.json("allocation", "verify") == {"ok": True, "lists": 2, "allocations": 0, "findings": []}
    refused = home.imni("allocation", "reveal", "--list", "2", "--reason", "to see", "--role", "coordinator")
    assert refused.returncode == 2
    for shown in (status.stdout, refused.stdout + refused.stderr):
        assert "guess" not in shown
        assert not any(arm in shown.replace("IMNI_", "") for arm in Arm)
    seen = home.json("allocation", "reveal", "--list", "2", "--reason", "board", "--role", "dsmb-statistician")
    assert [place["holds"] for place in seen["places"]] == ["OMIT", "IMNI", "IMNI"]
    assert (seen["seed"], seen["longest_run"], seen["convergence_guess"]) == (None, 2, 0.6667)
    home.json("allocation", "close")
    assert len(home.json("allocation", "reveal", "--reason", "the trial is closed")["seed"]) == 64
    assert home.json("allocation", "verify")["ok"]
    assert home.json("allocation", "status")["warning"] is None
    assert home.imni("allocation", "commit").returncode == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "columns place and arm"),
        ("place,arm\n", "columns place and arm"),
        ("arm,place\nOMIT,1\n", "columns place and arm"),
        ("place,arm\n1,OMIT\n3,IMNI\n", "row 2"),
        ("place,arm\n1,OMIT\n2,RNI\n", "row 2"),
        ("place,arm\n1,OMIT\n2,IMNI,OMIT\n", "row 2"),
        ('place,arm\n1,"OMIT\n', "CSV"),
    ],
)
def test_a_file_that_is_not_a_list_is_refused_and_no_row_is_repeated(tmp_path: Path, content: str, words: str) -> None:
    """A08: what a row says stands in no message."""
    file = tmp_path / "list.csv"
    file.write_text(content)
    with pytest.raises(Implausible, match=words) as refused:
        arms_of_file(file)
    assert "RNI" not in str(refused.value)
    with pytest.raises(Implausible, match="CSV"):
        arms_of_file(tmp_path / "missing.csv")
