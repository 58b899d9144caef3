"""Gains saved for other photos, and exported to other programs."""
