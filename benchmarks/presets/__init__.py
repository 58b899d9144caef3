"""Search for the terms and weights of presets."""
