"""Fuzzing of everything that reads what others wrote: photos, their metadata, and the texts of a run."""
