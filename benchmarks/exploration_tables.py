"""The tables of docs/hill-adam.md."""

TABLES: dict = {}
