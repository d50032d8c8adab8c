"""The leaf hash: written down once, and never another for the same event."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from store.leaf import leaf_hash

_EVENT = UUID("01700000-0000-7000-8000-000000000001").bytes
_CAUSE = UUID("01700000-0000-7000-8000-000000000002").bytes


def test_the_hash_can_be_computed_from_its_description_alone() -> None:
    fields = [
        b"patient/RJ-0001",
        (3).to_bytes(8, "big"),
        _EVENT,
        b"contact-made.v1",
        b"2026-01",
        (-5).to_bytes(8, "big", signed=True),
        "öffen".encode(),
        _CAUSE,
        b"",
        b"{}",
        b'{"a":1}',
    ]
    expected = sha256(b"\x00" + b"".join(len(field).to_bytes(4, "big") + field for field in fields)).digest()
    found = leaf_hash(
        "patient/RJ-0001", 3, _EVENT, "contact-made.v1", "2026-01", -5, "öffen", _CAUSE, None, b"{}", b'{"a":1}'
    )
    assert found == expected


def test_a_hash_made_by_the_first_release_is_still_made() -> None:
    found = leaf_hash("trial", 0, _EVENT, "trial-opened.v1", "2020-12-10", 0, "open", None, _CAUSE, b"{}", b"{}")
    assert found.hex() == "a32bc33aad81582b4ce3217021c3234e3f3df3059395ed99eb7d0c7842531cd9"


@given(st.lists(st.text(max_size=4), min_size=4, max_size=4), st.lists(st.text(max_size=4), min_size=4, max_size=4))
def test_no_text_moved_between_fields_gives_the_same_hash(one: list[str], other: list[str]) -> None:
    def hashed(texts: list[str]) -> bytes:
        stream, wire_name, occurred_on, visibility = texts
        return leaf_hash(stream, 0, _EVENT, wire_name, occurred_on, 0, visibility, None, None, b"", b"")

    assert (hashed(one) == hashed(other)) == (one == other)


def test_cause_and_correlation_are_not_interchangeable() -> None:
    one = leaf_hash("trial", 0, _EVENT, "a", "b", 0, "open", _CAUSE, None, b"", b"")
    other = leaf_hash("trial", 0, _EVENT, "a", "b", 0, "open", None, _CAUSE, b"", b"")
    assert one != other
