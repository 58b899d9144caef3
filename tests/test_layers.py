"""The rooms of docs/architecture.md, held against the imports."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "colorfix"
FILES = sorted(PACKAGE.rglob("*.py"))

THIRD_PARTIES = {
    "PIL": {"photos"},
    "tifffile": {"photos"},
    "imagecodecs": {"photos"},
    "pyvips": {"photos"},
    "pillow_heif": {"photos"},
    "pillow_jxl": {"photos"},
    "rawpy": {"photos"},
    "jinja2": {"report"},
    "markupsafe": {"report"},
    "ray": {"cluster"},
    "pyarrow": {"cluster"},
    "fsspec": {"cluster"},
    "typer": {"cli"},
    "rich": {"cli"},
    "matplotlib": {
        "core/figures.py",
        "experiments",
        "report/landscape_picture.py",
    },  # the one picture for everybody
    "torch": {
        "optim/hill_adam.py",
        "optim/peers.py",
        "learning/torch_backend.py",
        "learning/network.py",
        "learning/options.py",
        "regularizers/plugins/torch_contract.py",
        "photos/gpu",
    },
    "nvidia": {"photos/gpu"},
}


def layers() -> dict[str, int]:
    """Read the numbered list of docs/architecture.md: the level of each room, the ground being 1."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    lines = re.findall(r"^(\d+)\. (`.*)$", text, flags=re.MULTILINE)
    return {room: int(level) for level, line in lines for room in re.findall(r"`(\w+)/`", line)}


@cache
def imports_of(path: Path) -> list[tuple[str, bool]]:
    """Return every imported module of a file, and whether it is imported only for types."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.dump(branch.test)
        for node in ast.walk(branch)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) in for_types) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            submodules = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [
                (each if each in MODULES else node.module, id(node) in for_types) for each in submodules
            ]
    return found


def module_of(path: Path) -> str:
    """Return the dotted name of a file: ``colorfix.optim.rule``; a folder's ``__init__`` is the folder."""
    return ".".join(["colorfix", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__")


MODULES = {module_of(path) for path in FILES}
IMPORTS = {
    module_of(path): {name for name, _ in imports_of(path) if name in MODULES} - {module_of(path)}
    for path in FILES
}
"""What each file imports of the package, at run time, on demand or for types."""


def circles(graph: dict[str, set[str]]) -> set[str]:
    """Return what is left of a graph when all that needs nothing else of it is taken away, again and again.

    >>> sorted(circles({"a": {"b"}, "b": {"a"}, "c": {"a"}, "d": set()}))
    ['a', 'b', 'c']
    """
    left = {node: set(needs) for node, needs in graph.items()}
    while free := {node for node, needs in left.items() if not needs & left.keys()}:
        left = {node: needs for node, needs in left.items() if node not in free}
    return set(left)


def folders() -> list[str]:
    return sorted(module_of(path) for path in FILES if path.name == "__init__.py")


def test_every_room_is_listed_in_the_architecture() -> None:
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} == set(layers())


def test_the_picture_of_the_architecture_shows_every_room_at_its_level() -> None:
    """In the SVG a line of text for the level comes before those of its rooms."""
    picture = (ROOT / "docs/architecture.svg").read_text(encoding="utf-8")
    words = re.findall(r'text-anchor="middle">(\d+)<|<tspan font-weight="bold">(\w+)/<', picture)
    shown, level = {}, 0
    for number, room in words:
        level = int(number or level)
        shown |= {room: level} if room else {}
    assert shown == layers()


def test_no_single_file_lies_beside_the_rooms() -> None:
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py"}


@pytest.mark.parametrize("folder", sorted({path.parent for path in FILES}), ids=lambda path: path.name)
def test_a_folder_holds_at_most_fifteen_files(folder: Path) -> None:
    assert len(list(folder.glob("*.py"))) <= 15


@pytest.mark.parametrize("room", sorted({path.parent.name for path in PACKAGE.glob("*/*.py")}))
def test_a_room_imports_only_from_rooms_below(room: str) -> None:
    level = layers()
    for module, needs in IMPORTS.items():
        if module.split(".")[1:2] == [room]:
            for need in needs - {"colorfix"}:  # the face has the version
                other = need.split(".")[1]
                assert other == room or level[other] < level[room], f"{module} imports {need}"


def test_no_import_goes_in_a_circle() -> None:
    """Neither at run time nor for types; the face of the package, which has the version, is left out."""
    assert (
        circles({name: needs - {"colorfix"} for name, needs in IMPORTS.items() if name != "colorfix"})
        == set()
    )


@pytest.mark.parametrize("folder", folders())
def test_the_rooms_in_a_folder_import_one_another_in_one_direction(folder: str) -> None:
    """Two folders, or a folder and a file beside it, never need each other; a folder's face is left out."""
    depth = folder.count(".") + 1
    graph: dict[str, set[str]] = {}
    for name, needs in IMPORTS.items():
        if name.startswith(f"{folder}."):
            inside = {need.split(".")[depth] for need in needs if need.startswith(f"{folder}.")}
            graph.setdefault(name.split(".")[depth], set()).update(inside)
    assert not circles({name: needs - {name} for name, needs in graph.items()})


@pytest.mark.parametrize("party", THIRD_PARTIES)
def test_a_third_party_is_imported_only_in_its_rooms(party: str) -> None:
    for path in FILES:
        place = path.relative_to(PACKAGE)
        used = any(name.split(".")[0] == party and not for_types for name, for_types in imports_of(path))
        allowed = any(place.is_relative_to(room) for room in THIRD_PARTIES[party])
        assert not used or allowed, f"{place} imports {party}"


def test_the_optimizers_import_nothing_else_of_colorfix() -> None:
    for path in (PACKAGE / "optim").glob("*.py"):
        assert all(name.startswith("colorfix.optim") for name in IMPORTS[module_of(path)])
