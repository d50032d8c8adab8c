"""The variables that make Prefect's server and clients belong to one installation, keep to its home and call nobody."""

from __future__ import annotations

from collections.abc import Mapping

from flows.settings import Settings


def prefect_client_environment(settings: Settings, api_url: str) -> dict[str, str]:
    """The variables of everything in an installation that talks to its Prefect server."""
    login = {"PREFECT_API_AUTH_STRING": settings.auth.get_secret_value()} if settings.auth else {}
    return {
        "PREFECT_HOME": str(settings.prefect_home),
        "PREFECT_PROFILES_PATH": str(settings.prefect_home / "profiles.toml"),
        "PREFECT_API_URL": api_url,
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "DO_NOT_TRACK": "1",
        **login,
    }


def prefect_server_environment(settings: Settings, port: int, api_url: str) -> Mapping[str, str]:
    """The variables of the server process: everything in the installation's home, nothing sent to anyone outside."""
    login = {"PREFECT_SERVER_API_AUTH_STRING": settings.auth.get_secret_value()} if settings.auth else {}
    return {
        **prefect_client_environment(settings, api_url),
        "PREFECT_UI_API_URL": "/api",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(settings.prefect_home / "interface"),
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": api_url.removesuffix("/api"),
        **login,
    }
