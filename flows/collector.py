"""Who collects traces and figures, told in OpenTelemetry's own variables."""

from __future__ import annotations

from typing import ClassVar

from pydantic_settings import BaseSettings, SettingsConfigDict


class Collector(BaseSettings):
    """Nobody, unless the variables name an address."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="OTEL_EXPORTER_OTLP_", frozen=True)

    endpoint: str = ""
    traces_endpoint: str = ""
    metrics_endpoint: str = ""
    protocol: str = ""
    traces_protocol: str = ""
    metrics_protocol: str = ""

    @property
    def is_named(self) -> bool:
        """Whether anybody collects anything."""
        return bool(self.endpoint or self.traces_endpoint or self.metrics_endpoint)

    @property
    def problem(self) -> str:
        """What is wrong, and the way out: these variables also know protocols that we do not send."""
        for name in ("protocol", "traces_protocol", "metrics_protocol"):
            wanted = getattr(self, name)
            if self.is_named and wanted not in ("", "http/protobuf"):
                return (
                    f"OTEL_EXPORTER_OTLP_{name.upper()}: {wanted!r} is not spoken here: leave it out, or write "
                    "http/protobuf, and name the port of the collector that takes it (usually 4318)"
                )
        return ""
