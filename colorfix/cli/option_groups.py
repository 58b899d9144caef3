"""Groups of options that a command takes whole, each a named tuple of ``Annotated`` fields.

Typer reads a command's options from its signature, one parameter each. :func:`grouped` gives it that
signature and gives the command its groups.
"""

from __future__ import annotations

from functools import wraps
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Any, NamedTuple, get_type_hints

from colorfix.cluster.storage.uris import is_cluster_address

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def _is_number(word: str) -> bool:
    try:
        return float(word) >= 0
    except ValueError:
        return False


OPTIONAL_VALUES: dict[str, Callable[[str], bool]] = {"--ray": is_cluster_address, "--only-casts": _is_number}
"""Options that may stand without a value, and which words behind them are one."""


def spelled(arguments: Sequence[str]) -> list[str]:
    """Spell out whether an option of :data:`OPTIONAL_VALUES` has a value.

    >>> spelled(["correct", "--ray", "s3://photos", "-o", "out"])
    ['correct', '--ray=', 's3://photos', '-o', 'out']
    >>> spelled(["correct", "a.jpg", "--ray", "head:6379"]), spelled(["--", "--ray"])
    (['correct', 'a.jpg', '--ray', 'head:6379'], ['--', '--ray'])
    >>> spelled(["correct", "--only-casts", "7.5", "--only-casts", "a.jpg"])
    ['correct', '--only-casts', '7.5', '--only-casts=', 'a.jpg']
    """
    words = list(arguments)
    end = words.index("--") if "--" in words else len(words)
    for at, word in enumerate(words[:end]):
        is_value = OPTIONAL_VALUES.get(word)
        if is_value is not None and not (at + 1 < end and is_value(words[at + 1])):
            words[at] = f"{word}="
    return words


class Only:
    """The fields of a group that a command offers; the others have their defaults.

    Args:
        names: of the fields, in the order of the group.
    """

    def __init__(self, *names: str) -> None:
        self.names = names


class _Group(NamedTuple):
    """A parameter of a command that is a group of options."""

    kind: type[Any]
    names: tuple[str, ...]

    @classmethod
    def of(cls, annotation: object) -> _Group | None:
        """Return the group that an annotation names; None for a single option."""
        kind = getattr(annotation, "__origin__", annotation)
        if not (isinstance(kind, type) and issubclass(kind, tuple)):
            return None
        names = [only.names for only in getattr(annotation, "__metadata__", ()) if isinstance(only, Only)]
        return cls(kind, names[0] if names else kind._fields)  # type: ignore[attr-defined]

    def parameters(self) -> list[Parameter]:
        """Return a keyword-only parameter for each field."""
        types, defaults = get_type_hints(self.kind, include_extras=True), self.kind._field_defaults
        return [
            Parameter(
                name,
                Parameter.KEYWORD_ONLY,
                default=defaults.get(name, Parameter.empty),
                annotation=types[name],
            )
            for name in self.names
        ]


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command with one parameter for each option, as Typer reads it.

    Args:
        command: takes groups, and single options, as keyword-only parameters.

    >>> from colorfix.cli.options import OutputOptions
    >>> @grouped
    ... def greet(*, name: str, output: OutputOptions) -> None:
    ...     print(name, output.quiet, output.debug)
    >>> list(signature(greet).parameters)
    ['name', 'quiet', 'json', 'verbose', 'debug']
    >>> greet(name="Ada", quiet=True, json=False, verbose=False, debug=False)
    Ada True False
    """
    types = get_type_hints(command, include_extras=True)
    groups, parameters = dict[str, _Group](), list[Parameter]()
    for name, parameter in signature(command).parameters.items():
        group = _Group.of(types[name])
        if group is None:
            parameters.append(parameter.replace(annotation=types[name]))
        else:
            groups[name] = group
            parameters += group.parameters()

    @wraps(command)
    def flat(**values: object) -> None:
        taken = {
            name: group.kind(**{field: values.pop(field) for field in group.names})
            for name, group in groups.items()
        }
        command(**taken, **values)

    flat.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    flat.__annotations__ = {}  # all types are in the signature, evaluated
    return flat
