"""Learning the gains: cost, global minima, certificates, the paper's rule."""
