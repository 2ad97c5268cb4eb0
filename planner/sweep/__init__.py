"""Many scenarios of one config: grids and lists from a YAML file, solved one after the other in worker processes."""
