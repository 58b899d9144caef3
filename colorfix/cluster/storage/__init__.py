"""Where photos lie: shared disk or bucket, under the same calls."""
