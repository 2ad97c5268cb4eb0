sweep = Innovation and inequality over { $count ->
    [one] one scenario
   *[other] { $count } scenarios
  }
sweep-label = { $name }: innovation { $index }, Gini { $gini }
sweep-gini = Gini of innovation per head, last year
sweep-index = Innovation of the last year, base year = 1
sweep-alt = { $count } scenarios by innovation and inequality
sweep-conclusion = Each dot is a scenario solved to its best plan; up is more innovation, left is more even. Dots close together mean that what was varied hardly matters.
sweep-span = Innovation in { $year } lies between { $low } (scenario { $lowest }) and { $high } (scenario { $highest }) times the base year, its Gini between { $fair } and { $unfair }.
sweep-mover = “{ $parameter }” moves innovation from { $least } ({ $low }) to { $most } ({ $high }), on average over the other scenarios.
sweep-missing = { $count ->
    [one] One scenario has no plan; the table says why.
   *[other] { $count } scenarios have no plan; the table says why.
  }
sweep-slider = Scenario by scenario
sweep-scenario = Scenario
sweep-money = Money by class in each scenario, { $unit }
sweep-figure-index = innovation in { $year }, base year = 1
sweep-figure-gini = Gini in { $year }
sweep-figure-gap = certified gap
sweep-status = Result
sweep-gap = Gap
sweep-why = Why there is no plan
sweep-table = The scenarios
solve-status-optimal = proved
solve-status-limit = stopped at a limit
solve-status-infeasible = no plan exists
solve-status-failed = failed
parameter-elasticities = Elasticity set
parameter-scale-budgets = All budgets, times
parameter-discount_rate = Discount rate
parameter-objective = Objective
