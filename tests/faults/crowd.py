"""Writers that go on whatever happens to the database, and a reader that follows them."""

from __future__ import annotations

import time
from random import Random

from store.event_ids import new_event_id
from store.event_log import Append, EventLogError, LogUnavailable
from store.open_log import open_log
from tests.faults.books import Books, sixteens
from tests.faults.logs import closing_books
from tests.faults.victims import Say, Victim
from tests.store.envelopes import some

_READY = b""
_REFUSED = b"refused"
_WRONG = b"wrong "
_PAUSE = 0.05


def write_for_ever(say: Say, url: str, seed: int) -> None:
    """Append to a stream of its own; a call that could not be made is said again until it is acknowledged."""
    chance = Random(seed)
    stream, version, call = f"patient/{new_event_id()}", 0, None
    with open_log(url) as log:
        say(_READY)
        while True:
            call = call or Append(stream, version, some(chance.randint(1, 5)))
            try:
                log.append(call)
            except LogUnavailable:
                say(_REFUSED)
                time.sleep(_PAUSE)
            except EventLogError as problem:
                # Nobody else writes to this stream: a conflict would be a false one.
                say(_WRONG + str(problem).encode())
                return
            else:
                say(b"".join(event.event_id.bytes for event in call.events))
                version, call = version + len(call.events), None


def read_for_ever(say: Say, url: str) -> None:
    """Follow the log, saying the ids as they come, in order."""
    position = 0
    with open_log(url) as log:
        say(_READY)
        while True:
            try:
                seen = list(log.read_all(after=position, limit=500))
            except LogUnavailable:
                time.sleep(_PAUSE)
                continue
            except EventLogError as problem:
                say(_WRONG + str(problem).encode())
                return
            if seen:
                position = seen[-1].position
                say(b"".join(event.event_id.bytes for event in seen))
            else:
                time.sleep(0.002)


class Crowd:
    """Four writers and a reader, each in a process of its own."""

    def __init__(self, url: str, chance: Random, writers: int = 4) -> None:
        self._url = url
        self._reader = Victim(read_for_ever, url)
        self._writers = [Victim(write_for_ever, url, chance.getrandbits(32)) for _ in range(writers)]
        for each in (self._reader, *self._writers):
            each.first_word()

    def work(self, seconds: float) -> None:
        """Let them work for so long."""
        Victim.hear_all([self._reader, *self._writers], seconds)

    def caught_up(self, seconds: float) -> bool:
        """Whether every writer gets on again within so many seconds."""
        until = time.monotonic() + seconds
        before = [len(writer.said) for writer in self._writers]
        while time.monotonic() < until:
            self.work(0.1)
            if all(
                any(not said.startswith((_REFUSED, _WRONG)) for said in writer.said[had:])
                for writer, had in zip(self._writers, before, strict=True)
            ):
                return True
        return False

    def part(self) -> Books:
        """Stop the writers, let the reader read to the end, and close the books."""
        said = [words for writer in self._writers for words in writer.kill()]
        books = Books()
        books.acknowledge(sixteens(b"".join(words for words in said if not words.startswith((_REFUSED, _WRONG)))))
        books.mistakes += [words.decode() for words in said if words.startswith(_WRONG)]
        closing_books(self._url, books)
        self._let_read_to(books.position)
        seen = self._reader.kill()
        books.mistakes += ["a process broke down" for each in (self._reader, *self._writers) if each.broke_down]
        books.mistakes += [words.decode() for words in seen if words.startswith(_WRONG)]
        if sixteens(b"".join(words for words in seen if not words.startswith(_WRONG))) != books.order:
            books.mistakes.append("the reader did not see each event once, in the order that is stored")
        return books

    def _let_read_to(self, position: int, seconds: float = 15) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and sum(len(words) for words in self._reader.said) < 16 * position:
            self._reader.listen(0.1)
