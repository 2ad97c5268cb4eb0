"""GPU versions of the kernels, measured on the first visible device."""
