"""The command line `imni`: every printing command takes `--json`; exit 0 fine, 1 findings, 2 bad input."""

from __future__ import annotations

import sys

import typer

from deployments.command_line import (
    allocating,
    analyses_on_record,
    analysing,
    copying,
    designing,
    explaining,
    identifying,
    keeping,
    projecting,
    protocol,
    proving,
    reading,
    recording,
    replaying,
    reporting,
    running,
    treating,
)
from deployments.command_line.printing import BAD_INPUT, refuse

application = typer.Typer(
    name="imni",
    help="The IMNI PRECISION trial. IMNI_HOME holds an installation, IMNI_DATABASE_URL its log.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

application.command("init")(recording.init)
application.command("up")(running.up)
application.command("ready")(running.ready)
application.command("demo")(running.demo)
application.command("import")(recording.import_patients)
application.command("import-fractions")(treating.import_fraction_files)
application.command("import-visits")(treating.import_visit_files)
application.command("record")(recording.record)
application.command("identify")(identifying.identify)
application.command("identity")(identifying.identity)
application.command("forget")(identifying.forget)
application.command("history")(reading.history)
application.command("worklist")(reading.print_worklist)
application.command("analyse")(analysing.analyse)
application.command("report")(reporting.report)
application.command("design")(designing.design)
application.command("verify")(keeping.verify)
application.command("seal")(keeping.seal)
application.command("prove")(proving.prove)
application.command("check-proof")(proving.check)
application.command("rebuild")(keeping.rebuild)
application.command("projection")(projecting.projection)
application.command("export")(copying.export)
application.command("backup")(copying.backup)
application.command("restore")(copying.restore)
application.command("status")(reading.status)
application.command("explain")(explaining.explain_value)
application.command("what-if")(explaining.ask_what_if)
application.command("replay")(replaying.replay_decisions)
application.add_typer(analyses_on_record.analysis, name="analysis")
application.add_typer(protocol.protocol, name="protocol")
application.add_typer(allocating.allocation, name="allocation")


def main() -> None:
    """Run the command line; every refusal is one sentence on standard error, never a traceback."""
    try:
        application()
    except _refusals() as refusal:
        refuse(f"Refused: {refusal}")
        sys.exit(BAD_INPUT)


def _refusals() -> tuple[type[Exception], ...]:
    from deployments.prefect_server import PrefectServerError
    from domain.analysis.errors import AnalysisError
    from domain.rejections import Rejection
    from flows.gateways.errors import ChannelUnreadable
    from flows.gateways.timestamp import NotStamped
    from flows.home import HomeRefused
    from flows.sealing_keys import NotAKey
    from flows.settings import SettingsRefused
    from flows.take_over import TakeOverRefused
    from store.event_log import EventLogError
    from store.proof import ProofError
    from store.vault import VaultError

    return (
        Rejection,
        AnalysisError,
        SettingsRefused,
        HomeRefused,
        NotAKey,
        TakeOverRefused,
        EventLogError,
        VaultError,
        ProofError,
        PrefectServerError,
        ChannelUnreadable,
        NotStamped,
    )
