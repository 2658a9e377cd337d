"""Settings as they stand in a key: those of a frozen dataclass, down to the ones within it; belongs to no room."""

from dataclasses import Field, field, fields, is_dataclass
from typing import Any

ADDED = "added"


def added(default: Any) -> Any:
    """A field that was declared after records were made; ``default`` is what was done before it could be said.

    At its default it stays out of keys, and the records made before it stay fresh.
    """
    return field(default=default, metadata={ADDED: True})


def shared_settings(config: Any, run: type) -> dict[str, Any]:
    """Settings that a run takes from its configuration as they stand: the fields that both have."""
    names = {each.name for each in fields(run)} & {each.name for each in fields(config)}
    return {name: getattr(config, name) for name in names}


def settings_of(value: Any) -> Any:
    """A dataclass as a dictionary, added fields at their default left out; sequences as lists, as JSON has them."""
    if is_dataclass(value):
        told = [each for each in fields(value) if not _unsaid(each, getattr(value, each.name))]
        return {each.name: settings_of(getattr(value, each.name)) for each in told}
    if isinstance(value, (list, tuple)):
        return [settings_of(each) for each in value]
    return value


def _unsaid(each: "Field[Any]", value: Any) -> bool:
    return bool(each.metadata.get(ADDED)) and value == each.default
