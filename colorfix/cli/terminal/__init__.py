"""Pictures in a terminal: a way of drawing a file.

textual-image asks the terminal when it is imported, which fails where stdin is a pipe, and has no iTerm2.
"""
