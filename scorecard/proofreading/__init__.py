"""Commentary drafted, read sentence by sentence, and held against the figures."""
