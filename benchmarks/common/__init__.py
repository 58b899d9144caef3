"""Shared by all benchmarks: saved results, processes, machine, synthetic photos, tables."""
