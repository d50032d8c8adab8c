"""What an installation is told from outside. With `flows.collector` the only module that reads the environment.

SettingsRefused    a setting cannot be used: one line a variable, with what is wrong and the way out
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from flows.collector import Collector
from store.open_log import POSTGRES, SQLITE

PREFIX = "IMNI_"
Addresses = Annotated[tuple[SecretStr, ...], NoDecode]
_LOGIN_IN_URL = re.compile(r"//[^@/]*@")


class SettingsRefused(Exception):
    """A setting cannot be used. Its message names the variable, what is wrong with it, and the way out."""


class Settings(BaseSettings):
    """What one installation is told: where it lives, whom it talks to, where it listens.

    Each field is the environment variable of the same name with the prefix `IMNI_`.
    """

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", validate_default=True
    )

    home: Path = Path("~/.imni")
    database_url: str = Field(default_factory=lambda known: f"{SQLITE}{known['home'] / 'log.sqlite'}", repr=False)
    laboratory_url: str | None = None
    notify_urls: Addresses = ()
    notify_radiation_oncologist_urls: Addresses = ()
    notify_adjudicator_urls: Addresses = ()
    notify_investigator_urls: Addresses = ()
    notify_principal_investigator_urls: Addresses = ()
    language: Literal["zh", "en", "both"] = "both"
    time_zone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    host: str = "127.0.0.1"
    port: int = Field(default=4200, ge=0, le=65535)
    keep_runs_days: int = Field(default=90, ge=1)
    log_format: Literal["text", "json"] = "text"
    work_pool: str | None = Field(default=None, min_length=1)
    auth: SecretStr | None = None
    seal_folder: Path = Field(default_factory=lambda known: known["home"] / "seals")
    seal_urls: Addresses = ()
    timestamp_url: str | None = None
    timestamp_roots: Path | None = None

    @property
    def log_path(self) -> Path | None:
        """The SQLite file of the event log; None when the log is on PostgreSQL."""
        if self.database_url.startswith(POSTGRES):
            return None
        return Path(self.database_url.removeprefix(SQLITE)).expanduser().absolute()

    @property
    def log_url(self) -> str:
        """Where the event log is."""
        return f"{SQLITE}{self.log_path}" if self.log_path else self.database_url

    @property
    def prefect_home(self) -> Path:
        """Where Prefect keeps its own database, profiles and interface: may be wiped without losing a fact."""
        return self.home / "prefect"

    @property
    def keys(self) -> Path:
        """The secrets kept outside the database: the allocation seed, and the master key of the patients' keys."""
        return self.home / "keys"

    @property
    def reports(self) -> Path:
        """Reports and exports; can be computed again."""
        return self.home / "reports"

    @property
    def segments(self) -> Path:
        """Copies of sealed parts of the log for fast reading; can be written again."""
        return self.home / "segments"

    @property
    def inbox(self) -> Path:
        """The drop folder: a folder each for files of visits and of fractions, which are imported and moved on."""
        return self.home / "inbox"

    @property
    def rejects(self) -> Path:
        """Rows an import could not take, each with the reason."""
        return self.home / "rejects"

    @field_validator("home", "seal_folder")
    @classmethod
    def _folder(cls, folder: Path) -> Path:
        place = folder.expanduser().absolute()
        if place.exists() and not place.is_dir():
            raise ValueError("is a file: name a folder, which is made when it is missing")
        return place

    @field_validator("database_url")
    @classmethod
    def _database_url(cls, url: str) -> str:
        path = url.removeprefix(SQLITE)
        if url.startswith(POSTGRES) and urlsplit(url).path.strip("/"):
            return url
        if not url.startswith(SQLITE) or path in ("", ":memory:") or "?" in path:
            raise ValueError(
                f"is not the database of a log: write {SQLITE}/absolute/path/log.sqlite or "
                f"{POSTGRES}user:password@host/database, or leave it out"
            )
        return url

    @field_validator("laboratory_url")
    @classmethod
    def _laboratory_url(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("is not the address of a FHIR service: write https://laboratory.example/fhir")
        return url.rstrip("/")

    @field_validator("*", mode="before")
    @classmethod
    def _addresses(cls, told: object, about: ValidationInfo) -> object:
        if not str(about.field_name).endswith("_urls"):
            return told
        listed = told.split() if isinstance(told, str) else told
        if isinstance(listed, list | tuple) and not all("://" in _revealed(url) for url in listed):
            raise ValueError("is not a list of Apprise addresses: write mailtos://… wecombot://…, with spaces between")
        return listed

    @field_validator("auth")
    @classmethod
    def _auth(cls, auth: SecretStr | None) -> SecretStr | None:
        user, _, password = _revealed(auth).partition(":")
        if auth is not None and not (user and password):
            raise ValueError("is not a login: write user:password")
        return auth

    @model_validator(mode="after")
    def _stamped(self) -> Settings:
        if (self.timestamp_url is None) != (self.timestamp_roots is None):
            raise ValueError(
                "IMNI_TIMESTAMP_URL, IMNI_TIMESTAMP_ROOTS: one is of no use without the other: give the authority's "
                "address and the PEM file of its root certificate, or leave out both"
            )
        return self

    @model_validator(mode="after")
    def _guarded(self) -> Settings:
        if self.auth is None and not _is_loopback(self.host):
            raise ValueError(
                f"IMNI_HOST: {self.host!r} would open the trial to the network without a login: "
                "set IMNI_AUTH=user:password, or leave IMNI_HOST out to listen on this machine only"
            )
        return self


def read_settings(**given: Any) -> Settings:
    """The installation's settings: what is `given`, else the environment, else the defaults.

    Raises `SettingsRefused` naming every variable that cannot be used, its problem and the way out.
    """
    _refuse_unknown(os.environ)  # noqa: TID251  this is the one place that reads the environment
    if problem := Collector().problem:
        raise SettingsRefused(problem)
    try:
        return Settings(**given)
    except ValidationError as refusal:
        problems = [_in_words(error) for error in refusal.errors() if error["type"] != "default_factory_not_called"]
        raise SettingsRefused("\n".join(problems)) from None


def enter_environment(variables: Mapping[str, str]) -> None:
    """Make `variables` hold for this process and those it starts, for Prefect too when it is already imported."""
    os.environ.update(variables)  # noqa: TID251  the counterpart of reading it: Prefect takes its settings from there
    if "prefect.context" in sys.modules:
        from prefect.context import refresh_global_settings_context

        refresh_global_settings_context()


def inherited_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with `variables` laid over it: what a child process is started with."""
    return {**os.environ, **variables}  # noqa: TID251  handed on to a child, not read


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = [name for name in environment if name.startswith(PREFIX) and name not in known]
    if unknown:
        nearest = get_close_matches(unknown[0], known, n=1)
        way_out = f"did you mean {nearest[0]}?" if nearest else f"the settings are {', '.join(sorted(known))}"
        raise SettingsRefused(f"{unknown[0]}: is not a setting; {way_out}")


def _in_words(error: ErrorDetails) -> str:
    problem = str(error.get("ctx", {}).get("error", error["msg"]))
    if not error["loc"]:
        return problem
    field, shown = str(error["loc"][0]), repr(_LOGIN_IN_URL.sub("//…@", str(error["input"])))
    value = "its value" if field == "auth" or field.endswith("_urls") else shown
    return f"{PREFIX}{field.upper()}: {value} {_WAYS_OUT.get(field, problem)}"


_WAYS_OUT = {
    "port": "is not a port: write a number from 1 to 65535, or 0 for any free one",
    "keep_runs_days": "is not a number of days: write 1 or more, or leave it out for 90",
    "log_format": "is not a form of log lines: write text or json",
    "work_pool": "is not the name of a work pool: write one, or leave it out to work in this process",
    "language": "is not a language of messages: write zh, en or both",
    "time_zone": "is not a time zone: write one of the IANA names, such as Asia/Shanghai",
}


def _revealed(secret: object) -> str:
    return secret.get_secret_value() if isinstance(secret, SecretStr) else str(secret or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
