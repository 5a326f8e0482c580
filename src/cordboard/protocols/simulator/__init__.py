"""The simulated contact centre: a small switch with a state and journal of its own."""
