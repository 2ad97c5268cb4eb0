"""How a report lies on paper, for PDF and Word alike: what stands where, widths of columns, drawings, the appendix."""
