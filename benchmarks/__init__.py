"""Benchmarks of colorfix: ``python -m benchmarks.ROOM.NAME``, or ``python -m benchmarks.run`` for all."""
