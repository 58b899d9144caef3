"""Correct one photo: settings, target, measurement, pipeline, result, comparison with classical methods."""
