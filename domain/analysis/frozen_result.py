"""What every printed result is: frozen, its fields all named, its numbers finite."""

from pydantic import BaseModel, ConfigDict


class FrozenResult(BaseModel):
    """A result as printed: what is undefined is null, with the reason beside it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
