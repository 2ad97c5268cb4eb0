machines = The machines behind the numbers
machines-lead = A unit of computing counts for what it sustains on the workload of each class of demand, never for its nameplate.
machines-none = No asset of this plan takes its capacity from a machine.
machines-some-measured = { $measured } of { $count ->
    [one] one figure
   *[other] { $count } figures
  } are measured by the benchmark harness, the others are published; which of the two stands beside each number.
machines-all-measured = { $count ->
    [one] The one figure is measured by the benchmark harness.
   *[other] All { $count } figures are measured by the benchmark harness.
  }
machines-all-published = { $count ->
    [one] The one figure is published; this machine was not measured.
   *[other] All { $count } figures are published; none of these machines was measured.
  }
machines-span = The workloads sustain { $low } to { $high } of nameplate peak, before time in use is counted.
machines-demand = Demand
machines-origin = Origin
machines-per-unit = PFLOP/s per unit
machines-sustained = Sustained
machines-low = Low end
machines-high = High end
machines-peak = Peak, TFLOP/s
machines-in-use = In use
machines-machine = Machine
machines-mix = Workload mix
machines-table = What one unit delivers, sustained
machines-formula = PFLOP/s per unit = peak × sustained × time in use. Sustained is a share of peak; low and high are the ends of its interval.
machines-how = How we know
machines-evidence = Evidence
machines-records = Capability records used
machines-measured = Measured
machines-file = File
machines-bench = Benchmark “{ $suite }” of { $date }, { $count ->
    [one] one verified case
   *[other] { $count } verified cases
  }, on { $machine }; the machine { $verdict } while it ran.
machines-verdict-quiet = was quiet
machines-verdict-usable = was quiet enough
machines-verdict-noisy = was not quiet
machines-verdict-unknown = was not judged
machines-noisy = The machine was not quiet, so its speeds may be too low; run it again before relying on them.
machines-unnamed = an unnamed machine
