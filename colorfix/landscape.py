"""The loss over two gains, at the best third: what learning walked through, for people to look at."""
