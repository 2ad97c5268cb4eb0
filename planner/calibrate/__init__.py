"""Elasticities of innovation estimated from a panel of regions and years."""
