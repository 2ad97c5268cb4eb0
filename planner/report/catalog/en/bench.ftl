# The report of benchmark results.

bench-kicker = Benchmark report
bench-title = What this machine delivers: { $machine }
bench-title-several = { $count } benchmark results side by side
bench-byline = { $machines } · { $suites } · { $cases ->
    [one] one case
   *[other] { $cases } cases
  } · measured { $dates }
bench-footer = From { $files }, measured and reported by innocap { $version }. This file holds everything it shows and loads nothing from anywhere.
bench-of = { $text }: { $run }
bench-name = { $name }:{ " " }
bench-threads = { $count ->
    [one] 1 thread
   *[other] { $count } threads
  }

mark-ok = sure
mark-ok-long = sure
mark-noisy = noisy
mark-noisy-long = noisy
mark-refused = refused
mark-refused-long = refused: faster than possible
mark-wrong = wrong
mark-wrong-long = wrong answer
mark-failed = failed
mark-failed-long = failed
mark-unverified = unverified
mark-unverified-long = answer not verified
mark-quiet = quiet
mark-quiet-long = quiet
mark-usable = usable
mark-usable-long = usable

bench-verdict-quiet = quiet
bench-verdict-usable = quiet enough
bench-verdict-noisy = noisy

bench-overview = Summary
bench-sentence = { $name }Suite “{ $suite }” on { $machine } ({ $cores } cores, { $memory } GiB), { $date }. The answers of { $verified } of { $cases ->
    [one] one case
   *[other] { $cases } cases
  } were compared with the reference and agree; { $noisy ->
    [0] no time is noisy
    [one] one time is noisy
   *[other] { $noisy } times are noisy
  }. The machine was { $verdict }.
bench-noisy = { $count ->
    [one] The machine of { $names } was
   *[other] The machines of { $names } were
  } not quiet: other work disturbed the times, which may be too long. Measure again on a quiet machine before you rely on them.
bench-noisy-alone = The machine was not quiet: other work disturbed the times, which may be too long. Measure again on a quiet machine before you rely on them.
bench-ceiling-dram-gb-per-s = memory bandwidth, measured
bench-ceiling-fma-fp32-gflops = arithmetic in fp32, measured
bench-ceiling-fma-fp64-gflops = arithmetic in fp64, measured
bench-short-dram-gb-per-s = memory
bench-short-fma-fp32-gflops = arithmetic, fp32
bench-short-fma-fp64-gflops = arithmetic, fp64
bench-short-fma-bf16-gflops = arithmetic, bf16
bench-short-l1-gb-per-s = first cache
bench-short-l2-gb-per-s = second cache
bench-short-l3-gb-per-s = third cache
bench-median-share = of its ceiling, the middle kernel
bench-median-share-remark = half of the kernels reach more
bench-mean = best peer’s time over ours, { $threads ->
    [one] one thread
   *[other] { $threads } threads
  }
bench-mean-remark = geometric mean; above 1 we are faster
bench-mean-peers = Best peer over ours
bench-sure = Sure times
bench-goals-met = goals met on one thread
bench-result = Result
bench-machine = Machine
bench-created = Measured
bench-quiet = The machine was
bench-cases = Cases
bench-results-caption = The results of this report
bench-results-remark = Ceilings are measured, with all threads. A sure time is one that nothing disturbed and whose interval is narrow. Best peer over ours is the geometric mean at the fewest threads.

bench-machines = What was measured on, and how quiet it was
bench-machines-lead = A time belongs to a machine and to a moment. Both are written down here.
bench-machine-caption = The machine, as it describes itself
bench-environment-caption = How quiet it was
bench-fact = What
bench-unknown = unknown
bench-not-measured = not measured
bench-fact-cpu-model = Processor
bench-fact-architecture = Architecture
bench-fact-sockets = Sockets
bench-fact-cores = Cores
bench-fact-logical-cpus = Hardware threads
bench-fact-allowed-cpus = CPUs allowed
bench-fact-max-mhz = Highest clock, MHz
bench-fact-isa = Vector instructions
bench-fact-caches-bytes = Caches
bench-fact-numa-nodes = Memory nodes
bench-fact-memory-bytes = Memory
bench-fact-virtualization = Virtual machine
bench-fact-os = System
bench-fact-kernel = System kernel
bench-fact-python = Python
bench-fact-libraries = Libraries
bench-fact-compilers = Compilers
bench-fact-threading-layer = Thread library
bench-fact-numba-flags = Settings of the compiler
bench-fact-git = Commit of the harness
bench-load = Load of the minute before
bench-during-others = Core time taken by other programs
bench-during-waited = Time that ready threads waited for a core
bench-during-steal = Time that the host took away
bench-during-sibling = Time that a core was shared
bench-noise-floor = Noise floor: the same work differed by at most
bench-floor-remark = The noise floor is found by timing one piece of work as if it were two. Smaller differences say nothing on this machine.
bench-unlike = { $first } and { $other } come from machines that differ in what decides speed ({ $what }). Their ratio is one of machines, not of programs.
bench-advice = What the harness advises
bench-advice-words = In its own words:

bench-kernels = Kernels
bench-kernels-lead = Every kernel is verified on fresh inputs before it is timed; a wrong one has no time.
bench-kernels-words = { $name }{ $best } comes nearest to its ceiling ({ $most }), { $worst } stays furthest below ({ $least }).
bench-no-shares = { $name }No usable time could be compared with a ceiling.
bench-kernels-caption = Time, speed and share of the ceiling by kernel
bench-kernels-remark = Of its ceiling: the shortest time that the measured roofline allows, over the median. The interval is that of the median, at 95 %. GFLOP/s and GB/s follow from counts by formula, not from counters.
bench-interval-hint = Ends of the 95 % interval of the median, over samples and processes
bench-kernel = Kernel
bench-data-mib = Data, MiB
bench-precision = Precision
bench-threads-head = Threads
bench-median-ms = Median, ms
bench-low-ms = Low, ms
bench-high-ms = High, ms
bench-of-ceiling = Of its ceiling
bench-ceiling = Ceiling
bench-verdict = Verdict
bench-verified = How the answers were verified
bench-verified-words = The error is the largest difference from the reference over the largest value of the reference.
bench-verified-caption = Largest error found and allowed
bench-answers = Answers
bench-error = Largest error
bench-allowed = Allowed
bench-tolerance = Why so much is allowed
bench-right = agree
bench-wrong = do not agree
bench-remarks = What the harness says of single cases
bench-remarks-caption = Remarks on cases
bench-case = Case
bench-remark = Remark

bench-roofline = Roofline
bench-roofline-lead = A kernel can be no faster than memory brings its data and arithmetic works on them.

bench-samples = Distribution of the samples
bench-samples-lead = A median hides what happens around it. Narrow boxes are times that one can rely on.
bench-samples-title = How the samples of each case scatter
bench-samples-alt = Boxes of the samples of { $count ->
    [one] one case
   *[other] { $count } cases
  } around their medians
bench-from-median = Difference from the median
bench-samples-words = The box holds the middle half of the samples, the line nine tenths of them. Widest is { $worst } (nine tenths within { $spread } of the median), narrowest { $best } ({ $least }).
bench-samples-label = { $case }: { $count ->
    [one] one sample
   *[other] { $count } samples
  }, half of them from { $first } to { $third } of the median, nine tenths from { $low } to { $high }
bench-samples-caption = Quantiles of the samples, ms, and how they scatter
bench-sample-count = Samples
bench-quantile-min = Least
bench-quantile-5 = 5 %
bench-quantile-25 = 25 %
bench-quantile-50 = Median
bench-quantile-75 = 75 %
bench-quantile-95 = 95 %
bench-quantile-max = Most
bench-mad = Deviation
bench-mad-hint = Median absolute deviation over the median
bench-outliers = Far off
bench-outliers-hint = Samples more than three interquartile ranges outside the quartiles
bench-alike = Alike
bench-alike-hint = Correlation of successive samples; above 0.6 something slow changes the speed
bench-drift = Drift
bench-drift-hint = Change from the first sample to the last, where a trend is significant

bench-peers = Against native peers
bench-peers-lead = Each peer does the same work on the same buffers, alternating with ours round by round. Above 1 ours is faster.
bench-peers-words = { $name }The best peer’s time over ours is { $means }. Against the fastest peer { $faster } of { $cases ->
    [one] one case
   *[other] { $cases } cases
  } are surely faster, { $slower } surely slower.
bench-mean-words = { $mean } on { $threads ->
    [one] one thread
   *[other] { $threads } threads
  } (geometric mean)
bench-peers-title = Time of the fastest peer over ours
bench-peers-alt = Ratios of { $count ->
    [one] one case
   *[other] { $count } cases
  } to their fastest peers, with intervals, on a logarithmic axis
bench-peers-conclusion = Each line is the 95 % interval over rounds; the small upright tick is the goal, where there is one. A line that crosses 1 decides nothing.
bench-peers-caption = Ratio to the fastest peer
bench-ratio-axis = Time of the fastest peer over ours
bench-ratio-label = { $case }: { $ratio } against { $peer } ({ $low } to { $high })
bench-surely-faster = surely faster
bench-surely-slower = surely slower
bench-neither = undecided
bench-ratio = Peer over ours
bench-low = Low
bench-high = High
bench-goal = Goal
bench-peer = Peer
bench-library = Library
bench-reached = Reached
bench-goals-caption = Goals on one thread, missed ones first
bench-goals-remark = { $missed ->
    [0] No goal was missed.
    [one] One goal was missed
   *[other] { $missed } goals were missed
  }{ $missed ->
    [0] { "" }
   *[other] , { $noise } of them by less than the noise floor.
  } Ratios count to two decimals.
bench-goal-met = met
bench-goal-missed = missed
bench-goal-noise = missed by less than the noise floor
bench-goal-no-peer = no such peer ran
bench-all-peers = All peers and their versions
bench-all-peers-caption = Every peer that was tried
bench-version = Version, or why it was skipped

bench-scaling = More threads
bench-scaling-lead = What a second core brings depends on what the kernel waits for.
bench-scaling-title = Speed-up over threads
bench-scaling-alt = Speed-up of { $count ->
    [one] one kernel
   *[other] { $count } kernels
  } over the number of threads
bench-scaling-words = At { $threads } threads { $best } is { $most } times as fast as on the fewest, { $worst } { $least } times. Where memory sets the pace, more threads bring little.
bench-speedup = Speed-up
bench-speedup-caption = Time on the fewest threads over time, same work
bench-speedup-label = { $case }, { $threads } threads: { $value } times as fast
bench-points = Points
bench-fits = Model
bench-fit-yes = fits
bench-fit-no = does not fit
bench-fit-open = not checked: as many points as unknowns
bench-fit-serial-share = Serial share
bench-fit-crosstalk = Crosstalk
bench-fit-speedup-measured = Speed-up there
bench-fit-speedup-limit = Limit
bench-fit-best-threads = Best threads
bench-fit-latency-s = Latency, µs
bench-fit-bandwidth-gb-per-s = Bandwidth, GB/s
bench-fit-half-speed-bytes = Half speed at, KiB
bench-fit-caption-strong = Threads at the same work: fitted law
bench-fit-caption-weak = Threads with work that grows with them: fitted law
bench-fit-caption-transfer = Transfers: time = latency + volume / bandwidth
bench-fit-remark = Time on p threads = time on one · (1 + s (p − 1) + k p (p − 1)) / p with serial share s and, from four thread counts on, crosstalk k. Low and high are 95 % intervals; an empty one has no bound.

bench-change = Comparison
bench-change-lead = The same kernels, measured twice: what is surely no chance and no trifle.
bench-change-title = { $other } against { $first }
bench-change-axis = Time of { $other } over time of { $first }
bench-change-alt = Ratios of { $count ->
    [one] one case
   *[other] { $count } cases
  } with intervals, on a logarithmic axis
bench-change-conclusion = Right of 1, { $other } takes longer than { $first }. Faster and slower are said only where the change is at least { $share } and surely no chance.
bench-change-caption = Times in { $first } and { $other }
bench-change-remark = Chance is judged over all cases together. “About the same” means that the whole interval lies below the smallest change that counts.
bench-change-label = { $case }: { $ratio } ({ $low } to { $high }), { $verdict }
bench-change-faster = faster
bench-change-slower = slower
bench-change-same = about the same
bench-change-unclear = unclear
bench-mean-change = time of { $other } over { $first }, geometric mean
bench-span = { $low } to { $high }
bench-ms-of = { $name }, ms
bench-time-ratio = New over old
bench-p = Chance
bench-p-hint = Probability of so clear a difference by luck, over all cases (Holm)
bench-why = Why
bench-same-run = { $first } and { $other } are the same run.
bench-floor-note = This machine alone changes times by up to { $floor }; a change counts from there.
bench-nothing-compared = { $first } and { $other } have no case in common with a time on both sides.
bench-left = Not compared between { $first } and { $other }
bench-only-in = only in { $name }

bench-origin = Provenance
bench-origin-lead = The files this report was made from, and the commands that measure and report again.
bench-files-caption = Result files
bench-file = File
bench-run-id = Run
bench-suite = Suite
bench-commit = Commit
bench-sha256 = SHA-256
bench-settings-caption = Settings of the measurement
bench-setting = Setting
