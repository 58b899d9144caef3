"""Benchmarks of colour: photographs with a known truth, and how near to it each way of correcting comes."""
