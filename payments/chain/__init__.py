"""How we ask chains. It stands above the actions, so nobody waits for a node while holding a lock."""
