"""The rooms of docs/architecture.md, held against the imports."""

from __future__ import annotations

import ast
import re
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
    """Read the numbered list of the architecture: room -> its level, the ground being 1."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    found = {}
    for level, line in re.findall(r"^(\d+)\. (`.*)$", text, flags=re.MULTILINE):
        for room in re.findall(r"`(\w+)` \(|, `(\w+)`$", line):
            found[room[0] or room[1]] = int(level)
    return found


def room_of(module: str) -> str | None:
    """Return the room of an imported module of ours: ``colorfix.optim.rule`` -> ``optim``."""
    parts = module.split(".")
    return parts[1] if parts[0] == "colorfix" and len(parts) > 1 else None


def imports_of(path: Path) -> list[tuple[str, bool]]:
    """Every imported module of a file, and whether it is imported only for types."""
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
            names = submodules if node.module == "colorfix" else [node.module]
            found += [(name, id(node) in for_types) for name in names]
    return found


def test_every_room_stands_in_the_architecture() -> None:
    rooms = {path.stem if path.parent == PACKAGE else path.relative_to(PACKAGE).parts[0] for path in FILES}
    assert rooms - {"__init__", "__main__"} == set(layers())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_from_rooms_below(path: Path) -> None:
    level = layers()
    home = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if home in {"__init__", "__main__"}:
        return
    for module, _ in imports_of(path):
        room = room_of(module)
        if room in level and room != home:
            assert level[room] < level[home], f"{home} imports {module}"


@pytest.mark.parametrize("party", THIRD_PARTIES)
def test_a_third_party_is_known_in_its_rooms_only(party: str) -> None:
    for path in FILES:
        place = path.relative_to(PACKAGE)
        used = any(name.split(".")[0] == party and not for_types for name, for_types in imports_of(path))
        allowed = any(place.is_relative_to(room) for room in THIRD_PARTIES[party])
        assert not used or allowed, f"{place} imports {party}"


def test_the_optimizers_know_nothing_of_colorfix() -> None:
    for path in (PACKAGE / "optim").glob("*.py"):
        assert {room_of(name) for name, _ in imports_of(path)} <= {None, "optim"}
