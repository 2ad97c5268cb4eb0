"""The benchmark harness: prepare, verify, time, judge, store. It speaks seconds and machines."""
