"""How well a planner plans: cases with the right call, and the scorer."""
