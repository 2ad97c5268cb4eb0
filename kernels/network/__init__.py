"""Kernels of communication between processes on one machine.

shared      arrays in memory that other processes can map
flags       how processes tell each other to start and that they are done
group       the processes: rank 0 is this one, the others are started on first use
rank        what the other ranks run
collective  a kernel that all ranks of a group run together
"""
