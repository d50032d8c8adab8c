"""The variables that make Prefect's server and clients belong to one installation, keep to its home and call nobody."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deployments.log_lines import JsonLine
from deployments.telemetry import UNTRACED, telemetry_environment
from flows.settings import Settings

HEARTBEAT_SECONDS = 30
"""How often a flow run under way says that it lives: the shortest that Prefect takes. `deployments.interrupted_runs`"""


def prefect_client_environment(settings: Settings, api_url: str) -> dict[str, str]:
    """The variables of everything in an installation that talks to its Prefect server."""
    login = {"PREFECT_API_AUTH_STRING": settings.auth.get_secret_value()} if settings.auth else {}
    return {
        "PREFECT_HOME": str(settings.prefect_home),
        "PREFECT_PROFILES_PATH": str(settings.prefect_home / "profiles.toml"),
        "PREFECT_API_URL": api_url,
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",  # the server asks for no token; each client would ask for one
        # The API speaks plain HTTP, yet each flow run loads every authority there is, four times, 25 ms each time.
        "PREFECT_API_SSL_CERT_FILE": str(one_authority(settings)),
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
        "DO_NOT_TRACK": "1",
        **_log_lines(settings),
        **telemetry_environment(),
        **login,
    }


def _log_lines(settings: Settings) -> dict[str, str]:
    """Log lines on standard error as JSON. Those said in a flow carry its `flow_run_id`, by which events name it."""
    if settings.log_format == "text":
        return {}
    return {
        "PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER": "json",
        "PREFECT_LOGGING_HANDLERS_DEBUG_FORMATTER": "json",
        "PREFECT_LOGGING_FORMATTERS_JSON_CLASS": f"{JsonLine.__module__}.{JsonLine.__qualname__}",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "imni",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "PREFECT_LOGGING_COLORS": "false",
    }


def prefect_server_environment(settings: Settings, port: int, api_url: str) -> Mapping[str, str]:
    """The variables of the server process: everything in the installation's home, nothing sent to anyone outside."""
    login = {"PREFECT_SERVER_API_AUTH_STRING": settings.auth.get_secret_value()} if settings.auth else {}
    return {
        **prefect_client_environment(settings, api_url),
        **UNTRACED,  # its requests are not the trial's work
        "IMNI_HOME": str(settings.home),
        "IMNI_DATABASE_URL": settings.database_url,  # whose log it is: `deployments.readiness`
        "PREFECT_UI_API_URL": "/api",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",  # we use none; half a second of the first start
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(settings.prefect_home / "interface"),
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": api_url.removesuffix("/api"),
        # One transaction a batch: left alone, Prefect opens one for every step of every task run, half of its work.
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
        **_retention(settings),
        **_database(settings),
        **login,
    }


def _retention(settings: Settings) -> dict[str, str]:
    """How long runs, with their logs and artifacts, and events are kept. The trial's history is in the log.

    A page whose run is forgotten is made anew the next morning.
    """
    return {
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(settings.keep_runs_days * 86_400),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{settings.keep_runs_days}D",
    }


def _database(settings: Settings) -> dict[str, str]:
    """Prefect's own tables are in the home, or in the same database as the log; they may be wiped."""
    if settings.log_path:
        return {"PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{settings.prefect_home}/prefect.db"}
    url = settings.log_url.replace("postgresql://", "postgresql+asyncpg://", 1)
    return {"PREFECT_SERVER_DATABASE_CONNECTION_URL": url}


def one_authority(settings: Settings) -> Path:
    """A certificate file with a single authority, which nobody consults: Prefect's clients only want to load one."""
    import certifi

    path = settings.prefect_home / "one-authority.pem"
    if not path.exists():
        end = "-----END CERTIFICATE-----\n"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Path(certifi.where()).read_text(encoding="utf-8").partition(end)[0] + end, encoding="utf-8")
    return path
