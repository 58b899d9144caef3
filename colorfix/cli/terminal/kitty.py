"""A picture by Kitty's terminal graphics protocol."""

from __future__ import annotations

from base64 import standard_b64encode

_PIECE = 4096  # bytes of text a command at the most, as the protocol has it


def kitty(png: bytes) -> str:
    """Return the commands that show a PNG (f=100) at the cursor at once (a=T), without an answer (q=2)."""
    text = standard_b64encode(png).decode()
    pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
    commands = []
    for place, piece in enumerate(pieces):
        first = "a=T,f=100,q=2," if place == 0 else ""
        more = int(place + 1 < len(pieces))
        commands.append(f"\x1b_G{first}m={more};{piece}\x1b\\")
    return "".join(commands) + "\n"
