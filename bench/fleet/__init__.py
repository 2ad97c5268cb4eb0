"""A suite on many machines: job scripts, Dask clusters, bundles for machines without a network, stragglers."""
