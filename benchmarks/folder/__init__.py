"""Folders of photos: throughput, reliability, the HTML index."""
