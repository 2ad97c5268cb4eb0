prices = What binds and what it costs
prices-lead = A price is what the objective would gain if a limit gave way a little. It holds for small changes, with everything else as it is.
prices-in-words = Money in words
prices-no-budget = No budget has a price: more money would add nothing under these rules.
prices-nothing-binds = No rule and no limit binds in the years of orders: money alone decides.
prices-missed = { $count ->
    [one] One row of a rule with a price is missed, not met: { $rules }.
   *[other] { $count } rows of rules with a price are missed, not met: { $rules }.
  } The plan finds it better to fall short than to keep them at that price; the table shows by how much.
prices-all-years = all years together
prices-nation = the nation
prices-place = { $where }, { $year }
prices-money = What one more billion { $currency } adds, { $unit }
prices-alt = Price of money by year: { $budget }
prices-money-words = Money is worth most in { $year }, in “{ $budget }”.
prices-earlier = Its price falls from year to year, so spending earlier is better: what is built early works longer.
prices-no-bar = A year without a bar leaves money unspent or carries it over.
prices-year = { $year }
prices-amount = { $amount } { $unit }
prices-budget = Budget
prices-one-more = One more billion { $currency } in “{ $budget }”, { $year }, adds { $gain }.
prices-worth = What 1 % more room adds, by rule, { $unit }
prices-worth-words = The dearest limit is “{ $rule }”: 1 % more room wherever it binds adds { $gain }.
prices-room-title = Room in words, where each of the dearest limits binds hardest
prices-room = “{ $rule }”, { $where }: 1 % more room ({ $amount }) adds { $gain }.
prices-rule = Rule or limit
prices-kind = Kind
prices-where = Binds in
prices-years = Years
prices-binding-rows = Rows that bind
prices-all-rows = Rows in all
prices-slack = 1 % more room adds, { $unit }
prices-slack-share = The same, as a share of today's innovation
prices-slack-remark = 1 % more room is worth, to first order, the sum of price times 1 % of the limit over the rows that bind.
prices-idle = These bind, but at no price: { $rules }.
prices-binding = Rules and limits that bind in the years of orders
prices-every = Every row that binds and has a price
prices-value = Value
prices-limit = Limit
prices-missed-by = Missed by
prices-missed-share = Missed by, share
prices-status = Status
prices-per-unit = Price per unit of the objective
prices-table-binding-rows = { $shown ->
    [one] The one row that binds at a price, of { $count } that bind
   *[other] The { $shown } rows that bind at a price, of { $count } that bind
  }
prices-table-missed-rules = { $shown ->
    [one] The one row that is missed
   *[other] The { $shown } rows that are missed, of { $count }
  }
status-kept = kept
status-binding = binding
status-missed = missed
rule-kind-floor = floor
rule-kind-cap = cap
rule-kind-convergence = convergence
rule-kind-matching = matching funds
rule-kind-growth = pace of growth
rule-kind-power = electricity
rule-kind-staff = staff
rule-kind-talent = talent
rule-kind-housing = halls
rule-kind-bandwidth = bandwidth
rule-kind-must = must be taken
rule-kind-exclusion = exclusion
rule-kind-prerequisite = prerequisite
constraint-computing_is_within_power_headroom = Computing stays within the electricity that is free
constraint-staff_is_enough = Staff is enough to run what stands
constraint-halls_house_the_machines = Halls house the machines
constraint-traffic_is_within_bandwidth = Traffic stays within bandwidth
constraint-usable-by-talent = No more “{ $factor }” than talent can use
