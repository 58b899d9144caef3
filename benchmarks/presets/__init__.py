"""What the terms and weights of presets are worth."""
