"""Tables of docs/hill-adam.md, from the records that ``exploration_sections`` measured."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.common.tables import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

Record = dict[str, Any]

BUDGETS = (1500, 5000, 15_000)
"""Evaluations within which a landscape is to be solved."""


def hits_of(records: Iterable[Record]) -> NDArray[np.float64]:
    """Return all hits of the records in one row; infinite where there was none."""
    return np.array([np.inf if hit is None else hit for record in records for hit in record["hits"]])


def summary(records: Iterable[Record]) -> str:
    """Return how many were found, and when: median and last."""
    hits = hits_of(records)
    found = np.isfinite(hits)
    last = f"{hits.max():.0f}" if found.all() else "–"
    return f"{found.sum()} of {len(hits)} | {step(hits)} | {last}"


def step(hits: NDArray[np.float64]) -> str:
    """Return the median as text."""
    median = np.median(hits)
    return f"{median:.0f}" if np.isfinite(median) else "–"


def networks(records: list[Record]) -> str:
    """Return a row for each activation and initialisation, a column for each polynomial: median and last."""
    names = list(dict.fromkeys(r["polynomial"] for r in records))
    kinds = list(dict.fromkeys((r["activation"], r["initialisation"]) for r in records))
    rows = []
    for activation, how in kinds:
        mine = [r for r in records if (r["activation"], r["initialisation"]) == (activation, how)]
        each = []
        for name in names:
            hits = hits_of(r for r in mine if r["polynomial"] == name)
            last = f"{hits.max():.0f}" if np.isfinite(hits).all() else "–"
            each.append(f"{step(hits)}, {last}")
        found = hits_of(mine)
        rows.append(
            f"| {activation}, {how} | {np.isfinite(found).sum()} of {len(found)} | {' | '.join(each)} |"
        )
    return table(f"| network | found | {' | '.join(names)} |", rows)


def gains(records: list[Record]) -> str:
    """Return a row for each rule, λ and γ."""
    rows = []
    for r in records:
        who = "Adam" if r["delta"] == 0 else f"Hill-ADAM, {r['exploration']}"
        hits = hits_of([r])
        ninety_nine = np.sort(hits)[int(0.99 * len(hits))]
        late = f"{ninety_nine:.0f}" if np.isfinite(ninety_nine) else "–"
        gamma = f"{r['gamma']:g}" if np.isfinite(r["gamma"]) else "–"
        rows.append(
            f"| {who} | {r['lr']:g} | {gamma} | {r['near']:g} | {np.isfinite(hits).mean():.1%} "
            f"| {step(hits)} | {late} |"
        )
    return table("| rule | λ | γ | within | found | median step | 99 % by step |", rows)


def photos(records: list[Record]) -> str:
    """Return one row for all pairs, and one for the slowest."""
    slowest = max(records, key=lambda r: hits_of([r]).max())
    rows = [
        f"| all {len(records)} pairs | {summary(records)} |",
        f"| the slowest, {slowest['pair']} | {summary([slowest])} |",
    ]
    return table("| pairs | found | median step | last step |", rows)


def landscapes(records: list[Record]) -> str:
    """Return a row for each way: share solved within each budget, for each number of dimensions."""
    groups = [("polynomials", 1, False), ("standard", 1, False)]
    groups += [("standard", d, rotated) for d, rotated in product((2, 3, 5, 10), (False, True))]
    titles = [
        "x of p2–p10",
        "1",
        "2",
        "2, rotated",
        "3",
        "3, rotated",
        "5",
        "5, rotated",
        "10",
        "10, rotated",
    ]
    rows = []
    for way in dict.fromkeys(r["way"] for r in records):
        each = []
        for group, dimensions, rotated in groups:
            mine = [
                r for r in records
                if (r["way"], r["group"], r["dimensions"], r["rotated"]) == (way, group, dimensions, rotated)
            ]  # fmt: skip
            shares = [np.mean([(hits_of([r]) <= b).mean() for r in mine]) for b in BUDGETS if mine]
            each.append(" ".join("1" if s == 1 else f"{s:.2f}".lstrip("0") for s in shares) or "–")
        rows.append(f"| {way} | {' | '.join(each)} |")
    return table(f"| | {' | '.join(titles)} |", rows)


def by_function(records: list[Record]) -> str:
    """Return a row for each landscape of three dimensions and more: solved of 15 and median evaluations."""
    ways = list(dict.fromkeys(r["way"] for r in records))
    keys = dict.fromkeys(
        (r["name"], r["dimensions"], r["rotated"])
        for r in records
        if r["group"] == "standard" and r["dimensions"] >= 3
    )
    rows = []
    for name, dimensions, rotated in keys:
        each = []
        for way in ways:
            mine = [
                r for r in records
                if (r["way"], r["name"], r["dimensions"], r["rotated"]) == (way, name, dimensions, rotated)
            ]  # fmt: skip
            hits = hits_of(mine)
            each.append(f"{np.isfinite(hits).sum()}, {step(hits)}" if mine else "–")
        rows.append(f"| {name} {dimensions}{', rotated' if rotated else ''} | {' | '.join(each)} |")
    return table(f"| | {' | '.join(ways)} |", rows)


def minima(records: list[Record]) -> str:
    """Return a row for each function."""
    rows = [
        f"| {r['name']} | {r['minima']} | {sum(f == r['minima'] for f in r['found'])} of {len(r['found'])} "
        f"| {step(hits_of([r]))} | {hits_of([r]).max():.0f} |"
        for r in records
    ]
    return table("| function | minima | starts that found all | median evaluations | most |", rows)


def ablation(records: list[Record]) -> str:
    """Return a row for each part that was left out."""
    rows = []
    for part in dict.fromkeys(r["part"] for r in records):
        mine = [r for r in records if r["part"] == part]
        each = []
        for dimensions, rotated in product((5, 10), (False, True)):
            found = [r for r in mine if (r.get("dimensions"), r.get("rotated")) == (dimensions, rotated)]
            hits = hits_of(found)
            share = f"{np.isfinite(hits).mean():.2f}".lstrip("0") if not np.isfinite(hits).all() else "1"
            each.append(f"{share}, {step(hits)}")
        for name in ("gains", "networks"):
            hits = hits_of(r for r in mine if r["name"] == name)
            each.append(f"{np.isfinite(hits).mean():.1%}, {step(hits)}")
        rows.append(f"| {part} | {' | '.join(each)} |")
    head = "| | 5 | 5, rotated | 10 | 10, rotated | gains | networks |"
    return table(head, rows)


def _from(section: str, table_of: Callable[[list[Record]], str]) -> Callable[[dict[str, Any]], str]:
    return lambda results: table_of(results[section])


TABLES: dict[str, Callable[[dict[str, Any]], str]] = {
    "networks": _from("networks", networks),
    "gains": _from("gains", gains),
    "photos": _from("photos", photos),
    "landscapes": _from("landscapes", landscapes),
    "by function": _from("landscapes", by_function),
    "minima": _from("minima", minima),
    "ablation": _from("ablation", ablation),
}
"""Name of each table on the page, and the function that makes it from the results by section."""
