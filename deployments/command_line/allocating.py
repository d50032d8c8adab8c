"""Commands about the allocation lists: `imni allocation status`, `verify`, `commit`, `take-over`, `close`, `reveal`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from deployments.command_line.given_data import field_by_field
from deployments.command_line.installation import entry_of, opened
from deployments.command_line.options import At, By, Json, Role
from deployments.command_line.printing import FINDINGS, print_json, print_table, say
from domain.allocation.design import ListDesign
from domain.allocation.record import AllocationRecord, design_of
from domain.rejections import Implausible
from events.randomisation import PreparedElsewhere

allocation = typer.Typer(help="The allocation lists: committed before, proved since, revealed at the end.")

_SIMPLE = '{"scheme": "SIMPLE"}'


@allocation.command("status")
def status(as_json: Json = False) -> None:
    """Print the lists and the places left, and no content. Exit status 1 when few or none are left."""
    with opened() as trial_log:
        record = trial_log.allocations()
    lists = [_listed(record, number) for number in range(1, len(record.lists) + 1)]
    told = {
        "lists": lists,
        "drawn": len(record.draws),
        "places_left": record.places_left,
        "recruitment_closed_on": str(record.closed.occurred_on) if record.closed else None,
        "warning": record.warning or None,
    }
    if as_json:
        print_json(told)
    else:
        columns = ("list", "scheme", "places", "first place", "drawn", "commitment")
        rows = [tuple(each[name.replace(" ", "_")] for name in columns) for each in lists]
        print_table(f"{told['drawn']} places drawn, {told['places_left']} left", columns, rows)
        if record.closed:
            say(f"Recruitment was closed on {record.closed.occurred_on}")
        if record.warning:
            say(record.warning)
    if record.warning:
        raise typer.Exit(FINDINGS)


def _listed(record: AllocationRecord, number: int) -> dict[str, Any]:
    committed = record.lists[number - 1].event
    return {
        "list": number,
        "scheme": design_of(committed).in_words(),
        "places": committed.capacity,
        "first_place": committed.first_place,
        "drawn": len(record.drawn_from(committed)),
        "commitment": committed.commitment,
        "merkle_root": committed.merkle_root,
    }


@allocation.command("verify")
def verify(as_json: Json = False) -> None:
    """Prove that every allocation was fixed before it was made. Exit status 1 on any finding."""
    from flows.allocation_lists import proved

    with opened() as trial_log:
        found = proved(trial_log)
    if as_json:
        print_json({"ok": found.ok, **asdict(found)})
    elif found.ok:
        say(f"Proved: {found.allocations} allocations stood in the {found.lists} list(s) committed before them")
    else:
        print_table(f"{len(found.findings)} findings", ("",), [(finding,) for finding in found.findings])
    if not found.ok:
        raise typer.Exit(FINDINGS)


@allocation.command("commit")
def commit(
    scheme: Annotated[
        str, typer.Option("--scheme", help='JSON, such as {"scheme": "PERMUTED_BLOCKS", "block_sizes": [2, 4, 6]}.')
    ] = _SIMPLE,
    places: Annotated[int, typer.Option("--places", help="How many.")] = 260,
    at: At = None,
    by: By = "operator",
    role: Role = "statistician",
    as_json: Json = False,
) -> None:
    """Make another list and draw from it from the next place on. What was allocated stands."""
    from flows.allocation_lists import commit as commit_list
    from store.list_keeper import new_list

    with opened() as trial_log:
        design = _design(scheme, places)
        commit_list(trial_log, new_list(design), entry_of(trial_log, by, role, at, "imni allocation commit"))
        _tell_list(trial_log.allocations(), as_json)


@allocation.command("take-over")
def take_over(
    file: Annotated[Path, typer.Argument(help="CSV with the columns place and arm.")],
    prepared_by: Annotated[str, typer.Option("--prepared-by", help="Who made it, and with what.")],
    at: At = None,
    by: By = "operator",
    role: Role = "statistician",
    as_json: Json = False,
) -> None:
    """Take over a list prepared elsewhere, before the first patient. Destroy the file afterwards."""
    from flows.allocation_lists import arms_of_file
    from flows.allocation_lists import commit as commit_list
    from store.list_keeper import new_list

    with opened() as trial_log:
        arms = arms_of_file(file)
        if not 1 <= len(prepared_by.strip()) <= 200:
            raise Implausible("--prepared-by", repr(prepared_by[:40]), "has 1 to 200 characters", "Say who made it")
        design = ListDesign(PreparedElsewhere(prepared_by=prepared_by.strip()), len(arms))
        commit_list(trial_log, new_list(design, arms), entry_of(trial_log, by, role, at, "imni allocation take-over"))
        _tell_list(trial_log.allocations(), as_json)


@allocation.command("close")
def close(at: At = None, by: By = "operator", role: Role = "principal-investigator", as_json: Json = False) -> None:
    """Close recruitment: no place is drawn any more. It cannot be taken back."""
    from flows.allocation_lists import close as close_recruitment

    with opened() as trial_log:
        written = close_recruitment(trial_log, entry_of(trial_log, by, role, at, "imni allocation close"))
        drawn = len(trial_log.allocations().draws)
    told = {"drawn": drawn, "positions": [entry.position for entry in written]}
    print_json(told) if as_json else say(f"Recruitment is closed: {drawn} patients were randomised")


@allocation.command("reveal")
def reveal(
    reason: Annotated[str, typer.Option("--reason", help="Why the list is shown; it is recorded.")],
    number: Annotated[int, typer.Option("--list", help="Which list.")] = 1,
    at: At = None,
    by: By = "operator",
    role: Role = "statistician",
    as_json: Json = False,
) -> None:
    """Show a list once recruitment is closed; before, to the DSMB's statistician only. It is recorded first."""
    from domain.allocation.predictability import convergence_guess, longest_run
    from flows.allocation_lists import reveal as show

    if not 1 <= len(reason.strip()) <= 500:
        raise Implausible("--reason", repr(reason[:40]), "has 1 to 500 characters", "Say why you need to know")
    with opened() as trial_log:
        entry = entry_of(trial_log, by, role, at, "imni allocation reveal")
        shown = show(trial_log, number, reason.strip(), entry)
    found, arms = shown.allocation_list, shown.allocation_list.arms()
    first = shown.committed.first_place
    places = [(first + index, str(content)) for index, content in enumerate(found.contents)]
    told = {
        "list": number,
        "scheme": found.design.in_words(),
        "seed": found.seed.hex() if shown.public else None,
        "convergence_guess": round(convergence_guess(arms), 4),
        "longest_run": longest_run(arms),
        "places": [{"place": place, "holds": holds} for place, holds in places],
    }
    if as_json:
        print_json(told)
        return
    print_table(f"List {number}: {told['scheme']}", ("place", "holds"), places)
    say(f"Guessing the arm that is behind is right in {told['convergence_guess']:.1%}; longest run {longest_run(arms)}")


def _design(scheme: str, places: int) -> ListDesign:
    from pydantic import TypeAdapter, ValidationError

    from events.randomisation import Scheme

    try:
        return ListDesign(TypeAdapter[Scheme](Scheme).validate_json(scheme), places)
    except ValidationError as refusal:
        way_out = 'Write {"scheme": "SIMPLE"}, or PERMUTED_BLOCKS, BIG_STICK, URN, MINIMISATION with their values'
        raise Implausible("--scheme", scheme[:80], field_by_field(refusal), way_out) from None


def _tell_list(record: AllocationRecord, as_json: bool) -> None:
    told = _listed(record, len(record.lists))
    if as_json:
        print_json(told)
    else:
        say(
            f"List {told['list']} is committed: {told['scheme']}, {told['places']} places from {told['first_place']} on"
        )
        say(f"commitment {told['commitment']}")
