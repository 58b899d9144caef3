"""Which way of drawing a terminal has, by what it says of itself in the environment; it is never asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Way: TypeAlias = Literal["blocks", "kitty", "iterm", "sixel"]

_PROGRAMS: dict[str, Way] = {"iTerm.app": "iterm", "WezTerm": "iterm", "ghostty": "kitty", "vscode": "blocks"}
_TERMINALS: dict[str, Way] = {
    "xterm-kitty": "kitty",
    "xterm-ghostty": "kitty",
    "foot": "sixel",
    "mlterm": "sixel",
}


def way_of(environment: Mapping[str, str]) -> Way:
    """Return the best way the environment tells of; half blocks where it does not, or in tmux or screen.

    >>> way_of({"TERM": "xterm-kitty"}), way_of({"TERM": "tmux-256color", "TMUX": "x"})
    ('kitty', 'blocks')
    >>> way_of({"TERM": "foot-extra"}), way_of({"TERM": "mlterm-256color"}), way_of({"TERM": "footer"})
    ('sixel', 'sixel', 'blocks')
    """
    if is_inside(environment):
        return "blocks"
    term = environment.get("TERM", "")
    named = next(
        (way for name, way in _TERMINALS.items() if term == name or term.startswith(f"{name}-")), None
    )
    return named or _PROGRAMS.get(environment.get("TERM_PROGRAM", ""), "blocks")


def is_inside(environment: Mapping[str, str]) -> bool:
    """Whether a tmux or screen stands between the command and the terminal."""
    return "TMUX" in environment or environment.get("TERM", "").startswith(("tmux", "screen"))
