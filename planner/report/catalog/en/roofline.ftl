# The roofline of a machine, in the report of a plan and in that of a benchmark.

roofline-title = Roofline, { $precision }, { $threads ->
    [one] one thread
   *[other] { $threads } threads
  }
roofline-alt = Speed of { $count ->
    [one] one kernel
   *[other] { $count } kernels
  } over arithmetic intensity, below the measured ceilings in { $precision }
roofline-words = Under the slope memory sets the pace ({ $bandwidth } GB/s), under the flat roof arithmetic does ({ $peak } GFLOP/s); both are measured. Nearest to its ceiling is { $best } with { $share }.
roofline-label = { $kernel }: { $speed } GFLOP/s at { $intensity } FLOP/byte, { $share } of its ceiling
roofline-data = Kernels and what the roofline allows them
roofline-kernel = Kernel
roofline-intensity = Intensity, FLOP/byte
roofline-allowed = Allowed there, GFLOP/s
roofline-of-ceiling = Of its ceiling
