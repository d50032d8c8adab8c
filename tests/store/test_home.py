"""The home of an installation: made once however many begin at once, and opened with its own secret list only."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from domain.allocation.allocation_list import AllocationList
from domain.allocation.design import ListDesign
from domain.allocation.generator import GENERATOR
from domain.protocol.v2_0 import EDITION
from events.conduct import ProtocolEditionActivated, TrialOpened
from events.randomisation import AllocationListCommitted
from flows.allocation_lists import commit
from flows.home import HomeRefused
from flows.key_files import make_key
from flows.settings import read_settings
from store.event_log import Append, OtherKindOfLog
from store.integrity import verify_file
from store.list_keeper import new_list
from store.open_log import open_log
from store.transact import enveloped
from tests.allocations import committed
from tests.store.processes import together
from tests.store.trial_logs import LI_WEI, opened


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the installation lives."""
    return tmp_path / "home"


def _open(home: Path, simulated: bool) -> tuple[str, bytes]:
    """The commitment and the key this process ends up with."""
    with (trial_log := opened(home, simulated=simulated)).log:
        return trial_log.allocations().in_force.commitment, (home / "keys" / "allocation-key").read_bytes()


@pytest.mark.parametrize("simulated", [False, True])
def test_eight_processes_that_begin_at_once_make_one_home(home: Path, simulated: bool) -> None:
    answers = set(together(8, _open, home, simulated))
    assert len(answers) == 1
    ((commitment, _),) = answers
    with (trial_log := opened(home, simulated=simulated)).log:
        assert len(trial_log.trial().every(TrialOpened)) == 1
        assert len(trial_log.trial().every(ProtocolEditionActivated)) == 1
        (committed,) = trial_log.allocations().every(AllocationListCommitted)
        assert committed.event.commitment == commitment
        assert trial_log.log.last_position() == 3
    assert verify_file(home / "log.sqlite").ok
    assert [path.name for path in (home / "keys").iterdir()] == ["allocation-key"]


def test_opening_again_records_nothing(home: Path) -> None:
    first = _open(home, False)
    assert _open(home, False) == first
    with (trial_log := opened(home)).log:
        assert trial_log.log.last_position() == 3


def test_the_key_is_readable_by_its_owner_only(home: Path) -> None:
    _open(home, False)
    assert stat.S_IMODE((home / "keys" / "allocation-key").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "keys").stat().st_mode) == 0o700


def test_two_homes_have_two_lists(tmp_path: Path) -> None:
    assert _open(tmp_path / "a", False)[0] != _open(tmp_path / "b", False)[0]


def test_a_lost_key_is_refused_and_never_made_anew(home: Path) -> None:
    _open(home, False)
    key = home / "keys" / "allocation-key"
    key.unlink()
    with pytest.raises(HomeRefused, match=r"missing.*safe copy"):
        opened(home)
    assert not key.exists()


@pytest.mark.parametrize(("content", "words"), [(bytes(32), "not the one"), (b"short", "damaged"), (b"", "damaged")])
def test_another_or_a_damaged_key_is_refused_until_the_right_one_is_back(
    home: Path, content: bytes, words: str
) -> None:
    before = _open(home, False)
    key = home / "keys" / "allocation-key"
    key.write_bytes(content)
    with pytest.raises(HomeRefused, match=rf"{words}.*safe copy"):
        opened(home)
    key.write_bytes(before[1])
    assert _open(home, False) == before


def test_a_home_of_the_other_kind_is_refused(home: Path) -> None:
    _open(home, True)
    with pytest.raises(OtherKindOfLog):
        opened(home, simulated=False)


def test_a_home_left_half_made_is_finished(home: Path) -> None:
    """The key was written and the log begun when the power went."""
    first = _open(home, False)
    for path in home.glob("log.sqlite*"):
        path.unlink()
    commitment, key = _open(home, False)
    assert key == first[1]
    assert commitment != first[0]


def test_a_home_whose_list_followed_from_a_file_is_opened_as_before_and_takes_further_lists(home: Path) -> None:
    """Made before lists were encrypted: the log holds an entry of the first version, the keys folder the seed."""
    first = AllocationList(ListDesign(), bytes(32))
    make_key(home / "keys", "allocation-key")
    log = open_log(read_settings(home=home).log_url, simulated=False)
    design: dict[str, object] = {"scheme": "SIMPLE", "block_sizes": [2, 4, 6], "capacity": 260, "generator": GENERATOR}
    data = json.dumps({"occurred_on": "2020-12-10", **design, **first.committed()}).encode()
    new = enveloped(committed(first), LI_WEI, EDITION)
    log.append(Append("allocation", 0, [replace(new, type="allocation-list-committed.v1", data=data)]))
    log.close()
    with pytest.raises(HomeRefused, match="allocation-seed"):
        opened(home)
    (home / "keys" / "allocation-seed").write_bytes(bytes(32))
    with (trial_log := opened(home)).log:
        assert trial_log.keeper is not None
        assert trial_log.keeper.opened(trial_log.allocations().in_force).arms() == first.arms()
        commit(trial_log, new_list(ListDesign(capacity=3)), LI_WEI)
        assert [entry.event.number for entry in trial_log.allocations().lists] == [1, 2]
    opened(home).log.close()
