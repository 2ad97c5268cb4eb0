"""Charts of results: the roofline as an interactive page, SVG or PNG. Only here is vl-convert imported."""
