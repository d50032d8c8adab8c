"""The segments of an installation: written when enough is sealed, read for many patients at once, never trusted."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import file_digest
from io import BufferedReader
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from domain.merkle import Frontier
from store.event_log import EventLog, LogUnreadable
from store.rows import Row
from store.whole_files import written_whole

if TYPE_CHECKING:
    from store.segments.parquet import ParquetFile
    from store.segments.register import SegmentRow

_DUE = "select size, root from seal where size >= :size order by size limit 1"
_SEALED = "select root from seal where size = :size"
_log = logging.getLogger("imni.segments")


class Segments:
    """The segments of a log in a folder; the log itself is read wherever they do not reach or are not believed."""

    def __init__(self, folder: Path, log: EventLog, fewest_events: int = 100_000, worth_from: int = 500) -> None:
        self._folder, self._event_log = folder, log
        self._fewest_events = fewest_events
        self.worth_from = worth_from
        """For fewer patients at once the log itself is faster."""

    def last_position(self) -> int:
        """The last event of the last segment that is believed; 0 for none."""
        return self._tree().size

    def write_due(self) -> list[Path]:
        """Write every segment for which enough is sealed. Raises `LogUnreadable` for events that are not the sealed."""
        written: list[Path] = []
        last = self.last_position()
        while due := self._event_log.execute(_DUE, {"size": last + self._fewest_events}):
            ((last, root),) = due
            written.append(self._write(last, bytes(root)))
        return written

    def _write(self, last: int, root: bytes) -> Path:
        """Write the events after the last segment up to a seal."""
        from store.segments.register import SegmentRow, peaks_of, register

        self._folder.mkdir(parents=True, exist_ok=True)
        tree = self._tree()
        row = SegmentRow(first=tree.size + 1, last=last, root=root.hex(), digest="", peaks="")
        path = self._folder / row.file_name
        row.digest = self._written(path, row, tree)
        row.peaks = peaks_of(tree)
        register(self._event_log.url, row)
        self._tidy()
        return path

    def _written(self, path: Path, row: SegmentRow, tree: Frontier) -> str:
        from store.segments.parquet import write_parquet

        with written_whole(path, replace=True) as file:
            rows = islice(self._event_log.rows(tree.size), row.last - tree.size)
            found = write_parquet(file, rows, self._event_log.log_id, tree)
            if (found.last, found.root) != (row.last, row.root):
                raise LogUnreadable(f"the events up to {found.last} do not add up to their seal: run `imni verify`")
            file.seek(0)
            return file_digest(file, "sha256").hexdigest()

    def _tree(self) -> Frontier:
        """The tree at the end of the last segment that is believed."""
        with ExitStack() as files:
            believed = [row.tree for row, _ in self._believed(files)]
        return believed[-1] if believed else Frontier()

    def _tidy(self) -> None:
        """Remove what is not on the register."""
        kept = {row.file_name for row in self._registered()}
        for path in self._folder.glob("*.parquet"):
            if path.name not in kept:
                path.unlink()

    @contextmanager
    def opened(self) -> Generator[OpenedSegments]:
        """The segments up to the first that is missing, changed, or of another log, open for reading."""
        from store.segments.parquet import opened_parquet

        with ExitStack() as files:
            believed = [opened_parquet(file) for _, file in self._believed(files)]
            yield OpenedSegments(believed)

    def _registered(self) -> Sequence[SegmentRow]:
        if not self._folder.is_dir():
            return ()
        from store.segments.register import registered

        return registered(self._event_log.url)

    def _believed(self, files: ExitStack) -> Iterator[tuple[SegmentRow, BufferedReader]]:
        for row in self._registered():
            try:
                file = files.enter_context((self._folder / row.file_name).open("rb"))
                found = file_digest(file, "sha256").hexdigest()
            except OSError as problem:
                return _ignore(row, str(problem.strerror))
            if found != row.digest:
                return _ignore(row, "it is not the file that was written")
            if [bytes(root).hex() for (root,) in self._event_log.execute(_SEALED, {"size": row.last})] != [row.root]:
                return _ignore(row, "no seal has its root")
            yield row, file


class OpenedSegments:
    """Segments open for reading; what is in them was checked when they were opened."""

    def __init__(self, files: Sequence[ParquetFile]) -> None:
        self._files = files

    def streams(self, names: Sequence[str]) -> dict[str, list[Row]]:
        """The beginnings of some streams, as far as the segments hold them: each one's rows in order of version."""
        from store.segments.parquet import rows_of_streams

        wanted = sorted(names)
        found: dict[str, list[Row]] = {name: [] for name in wanted}
        for file in self._files:
            for name, rows in groupby(rows_of_streams(file, wanted), key=itemgetter(1)):
                found[name].extend(rows)
        return found


def _ignore(row: SegmentRow, problem: str) -> None:
    _log.warning(
        "segment %s is ignored (%s): the log itself is read from event %d on", row.file_name, problem, row.first
    )
