"""Any interleaving of appends, retries and refusals: versions and positions stay contiguous, nothing is lost."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from store.event_log import Append, Appended, EventIdTaken, StreamMovedOn
from store.integrity import verify_file
from store.sqlite_event_log import open_sqlite_log
from tests.store.envelopes import minutes_later, new_event

_STREAMS = ["patient/RJ-0001", "patient/RJ-0002", "trial"]
_streams = st.lists(st.sampled_from(_STREAMS), min_size=1, max_size=3, unique=True)


class Interleaving(RuleBasedStateMachine):
    """Two connections to one log append in turn; the model is one plain list a stream."""

    @initialize()
    def begin(self) -> None:
        """A new log."""
        self.folder = tempfile.TemporaryDirectory(prefix="imni-interleaving-")
        self.path = Path(self.folder.name) / "log.sqlite"
        self.logs = [open_sqlite_log(self.path), open_sqlite_log(self.path)]
        self.model: dict[str, list[bytes]] = {stream: [] for stream in _STREAMS}
        self.acked: list[tuple[tuple[Append, ...], Appended]] = []

    def teardown(self) -> None:
        """Close what was opened, having verified it."""
        if hasattr(self, "logs"):
            for log in self.logs:
                log.close()
            assert verify_file(self.path).ok
            self.folder.cleanup()

    @rule(
        streams=_streams,
        writer=st.integers(0, 1),
        count=st.integers(1, 3),
        off=st.sampled_from([0, 0, 0, -1, 1]),
        minute=st.integers(-5, 5),
    )
    def append(self, streams: list[str], writer: int, count: int, off: int, minute: int) -> None:
        """Append at the right version, or one beside it, at any instant."""
        instant = minutes_later(minute)
        appends = tuple(
            Append(stream, len(self.model[stream]) + off, [new_event(at=instant) for _ in range(count)])
            for stream in streams
        )
        try:
            appended = self.logs[writer].append(*appends)
        except StreamMovedOn:
            assert off
            return
        assert not off
        self.acked.append((appends, appended))
        for append in appends:
            self.model[append.stream] += [event.event_id.bytes for event in append.events]

    @rule(writer=st.integers(0, 1), data=st.data())
    def again(self, writer: int, data: st.DataObject) -> None:
        """Any acknowledged append, told again."""
        if self.acked:
            appends, before = data.draw(st.sampled_from(self.acked))
            after = self.logs[writer].append(*appends)
            assert (after.already, after.positions) == (True, before.positions)

    @rule(writer=st.integers(0, 1), stream=st.sampled_from(_STREAMS), data=st.data())
    def reuse_an_id(self, writer: int, stream: str, data: st.DataObject) -> None:
        """A new event under an id in use."""
        if self.acked:
            taken = data.draw(st.sampled_from(self.acked))[0][0].events[0].event_id
            try:
                self.logs[writer].append(Append(stream, len(self.model[stream]), [new_event(event_id=taken)]))
            except EventIdTaken:
                return
            raise AssertionError("an event id was used twice")

    @invariant()
    def holds(self) -> None:
        """What the log gives is what the model has."""
        if not hasattr(self, "logs"):
            return
        events = list(self.logs[0].read_all())
        assert [event.position for event in events] == list(range(1, len(events) + 1))
        assert sum(map(len, self.model.values())) == len(events)
        for stream, ids in self.model.items():
            found = self.logs[1].read_stream(stream)
            assert [event.version for event in found] == list(range(len(ids)))
            assert [event.event_id.bytes for event in found] == ids


TestInterleaving = Interleaving.TestCase
TestInterleaving.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
