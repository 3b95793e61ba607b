"""Settings from the environment and `.env`; the one place where SLQ reads either.

Secrets are `SecretStr`: they print as asterisks and reach a vendor client only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tools.kernel.errors import BadRequest

_CLASS = "(read|write|execute|network|trade)"
APPROVE_PATTERN = rf"^(none|{_CLASS}(,{_CLASS})*)$"


class Settings(BaseSettings):
    """User settings; each is documented in `.env.example`."""

    model_config = SettingsConfigDict(
        env_prefix="SLQ_", env_file=".env", extra="ignore", frozen=True, populate_by_name=True
    )

    workspace: Path | None = None
    model: Path | None = None
    adapter: Path | None = None
    models: Path | None = None
    hub: str = Field(default="https://huggingface.co", pattern=r"^https?://[^\s/]+")
    hf_token: SecretStr | None = Field(default=None, validation_alias=AliasChoices("SLQ_HF_TOKEN", "HF_TOKEN"))
    threads: int | None = Field(default=None, ge=1, le=256)
    context_tokens: int = Field(default=4096, ge=1024, le=131_072)
    cache: Path | None = None
    commission_bps: float = Field(default=1.0, ge=0, le=1000)
    slippage_bps: float = Field(default=5.0, ge=0, le=1000)
    max_steps: int = Field(default=8, ge=1, le=50)
    approve: str = Field(default="read,write,execute,trade", pattern=APPROVE_PATTERN)
    ticket_valid_hours: int = Field(default=24, ge=1, le=720)
    sources: str = Field(default="sample,yahoo,alpha_vantage", pattern=r"^[a-z0-9_]+(,[a-z0-9_]+)*$")
    alpha_vantage_key: SecretStr | None = None
    alpha_vantage_calls_per_minute: int = Field(default=5, ge=1, le=1200)
    alpha_vantage_calls_per_day: int = Field(default=25, ge=1, le=1_000_000)
    sandbox: Literal["strict", "degraded"] = "strict"
    lake_catalog: SecretStr | None = None
    lake_files: str | None = None

    def secrets(self) -> tuple[str, ...]:
        """Return every secret value that is set: what logs must never hold."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return tuple(value.get_secret_value() for value in values if isinstance(value, SecretStr))


def load_settings() -> Settings:
    """Read the settings. Raises BadRequest naming the variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "SLQ_" + "_".join(str(part) for part in first["loc"]).upper()
        raise BadRequest(
            f"{name} is not valid: {first['msg']}.", hint="Correct it in .env or the environment."
        ) from None
