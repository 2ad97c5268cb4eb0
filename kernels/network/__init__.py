"""Kernels of communication between processes."""
