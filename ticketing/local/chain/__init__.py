"""A chain of one's own, for the demo and for tests: real blocks, real contracts, play money, and no network."""
