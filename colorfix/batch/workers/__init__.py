"""Worker processes: supervisor, pool, queue, in-flight record, commit of finished batches."""
