"""Kernels of data processing: graphs, sorting, counting, running sums."""
