summary = Summary
summary-limit = The solver stopped at a limit before the wanted gap was reached; the gap below is what is certain.
summary-nothing = Nothing is ordered in { $horizon }.
summary-money = New capacity ordered in { $horizon } costs { $total }: { $classes }; { $where }the largest recipients are { $top }.
summary-money-class = { $share } to { $class }
summary-money-places = by place, { $places };{" "}
summary-money-place = { $place } { $share }
summary-gain = In { $year } the country reaches { $with } { $unit }, against { $base } in { $base_year } and { $without } if nothing were ordered, a gain over nothing of { $gain }; { $sure }.
summary-sure = it is certified that no plan under the same assumptions and rules scores more than { $gap } above this one
summary-unsure = the solver stopped before it could prove how much better a plan may be
summary-basis = What holds it back is { $limits }; it rests on elasticity set “{ $set }” and on { $numbers ->
    [one] one number
   *[other] { $numbers } numbers
  }, of which { $weak } are assumptions or estimates{ $columns }, all listed below.
summary-basis-columns = { " and" } { $count ->
    [one] one data column
   *[other] { $count } data columns
  } ({ $estimated } estimated)
summary-scarce-money = money in { $years }
summary-rule = the rule “{ $rule }”
summary-no-limit = nothing
summary-capex = new capacity ordered { $horizon }
summary-running = and { $amount } to run all that stands
summary-innovation = innovation in { $year } against ordering nothing
summary-more = { $amount } more { $unit }
summary-gap = certified gap: no plan scores more above this one
summary-gap-none = not proved
summary-far = of compute made in another macro-region in { $year }
summary-elsewhere = { $share } outside the region that uses it
summary-unmet = of compute demand not served in { $year }
summary-gini = Gini of innovation per head in { $year }
summary-gini-without = { $value } if nothing were ordered
summary-chart = Where the money goes and what it buys
summary-map = Money for new capacity by region, { $horizon }, { $unit }
summary-trajectory = Innovation of the country, { $unit }
summary-trajectory-alt = National innovation with and without the plan; { $gain } in { $year }
summary-chart-words = Five regions ({ $top }) take { $share } of the money. The gap between the two lines is what the plan adds; it goes on after the last order for as long as what was built lives.
