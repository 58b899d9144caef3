"""Corrects the colour of amber photos: one gain per channel, learned with Hill-ADAM."""

__version__ = "0.1.0"
