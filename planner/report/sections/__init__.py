"""The sections of the report, one file and one function each."""
