"""Pictures in a terminal: a way of drawing a file.

The libraries for it ask the terminal when they are imported, which fails where stdin is a pipe, and have no iTerm2.
"""
