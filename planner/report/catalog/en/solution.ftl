solution = How it was solved
solution-lead = What was asked, how sure the answer is, and how to get the same again.
solution-objective = Objective: { $objective } ({ $means }).
solution-unit-index = discounted mean of national innovation, base year = 1
solution-unit-log-points = weighted mean of log innovation, in log points
solution-unit-alpha-fair-log-points = mean of innovation that counts those who have less for more, 0 in the base year
solution-unit-max_min = log innovation of the worst-off region, 0 in the base year
solution-unit-leximin = log innovation of the worst-off region, 0 in the base year; then the next worst-off
solution-unit-sen = mean innovation per head times one minus Gini, in national means of the base year
solution-unproved = The plan reaches { $lower }; the solver stopped before it could prove how much better a plan may be.
solution-proved = The plan reaches { $lower }; no plan can exceed { $upper }. The difference, { $gap }, is the certified gap: { $ended }.
solution-stopped = stopped at a limit with this plan in hand
solution-ended = proved to the gap asked
solution-how = Innovation is concave, so it is cut from above by tangent planes until the bound and the true value meet; { $solver } ({ $algorithm }) solved { $count ->
    [one] one linear program
   *[other] { $count } linear programs
  }. Innovation, divide and budgets in this report are recomputed from the stocks and orders.
solution-upper = no plan can do better than
solution-lower = reached
solution-axis = objective
solution-chart = Bounds by round
solution-chart-alt = Upper and lower bound by round of the solver
solution-chart-words = The two lines close on the best plan from both sides; where they meet, nothing better exists.
solution-round-label = round { $round }, { $series }: { $value }
solution-number = Round
solution-run = The run
solution-what = What
solution-value = Value
solution-written = Written
solution-schema = Form of the plan
solution-size = Size: { $what }
solution-seconds = Seconds: { $what }
solution-memory = Peak memory, MB
solution-version = Version: { $what }
solution-threads = Threads
solution-years = Years of orders
solution-base = Base year
solution-tail = After the last order
solution-tail-none = nothing is counted
solution-tail-words = { $years ->
    [one] one year without orders
   *[other] { $years } years without orders
  }, seen at { $points } points of time
solution-term-columns = columns
solution-term-rows = rows
solution-term-nonzeros = nonzeros
solution-term-read = read
solution-term-build = build
solution-term-solve = solve
solution-term-tables = write tables
solution-term-total = total
solution-term-number = round
solution-term-method = method
solution-term-upper = upper bound
solution-term-lower = lower bound
solution-term-gap = gap
solution-term-seconds = seconds so far
solution-again = To get the same plan and this report again:
solution-rounds = Rounds of the solver
solution-files = Files read, with their SHA-256 ({ $count })
solution-inputs = Files read
solution-file = File
