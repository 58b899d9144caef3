"""Ray: overhead, and a run whose actor is killed."""
