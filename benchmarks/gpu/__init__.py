"""One GPU: folders, codecs, stages, learning."""
