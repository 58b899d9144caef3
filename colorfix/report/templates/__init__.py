"""Jinja templates of pages; all values are escaped."""

from __future__ import annotations

import base64
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup


def render(template: str, **values: object) -> str:
    """Render a template.

    Args:
        template: name of a file beside this one.
        values: by their names in the template.
    """
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=FunctionLoader(_text),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"verbatim": _verbatim, "allowed": _allowed}
    return environment


@cache
def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _verbatim(name: str) -> Markup:
    """Insert a style or a script of this package unescaped."""
    return Markup(_text(name))  # noqa: S704 - a file of this package, never a user's text  # nosec B704


@cache
def _allowed(name: str) -> str:
    """Return the hash that allows a style or a script in a page's Content Security Policy."""
    return f"sha256-{base64.b64encode(sha256(_text(name).encode()).digest()).decode()}"
