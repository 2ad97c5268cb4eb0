"""Why: why there is no plan, and why a plan builds what it builds."""
