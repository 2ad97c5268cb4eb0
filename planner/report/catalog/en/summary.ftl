summary = Summary
summary-limit = The solver stopped at a limit before the wanted gap was reached; the gap below is what is certain.
summary-nothing = Nothing is ordered in { $horizon }.
summary-money = What to build: new capacity for { $total } in { $horizon }, of which { $classes }.
summary-class = { $share } for { $class }
summary-places = Where: { $places } of the money.
summary-place = { $place } { $share }
summary-top = The largest recipients are { $top }.
summary-peak = When: orders start at { $start } in { $first } and are largest, { $most }, in { $peak }.
summary-peak-first = When: orders are largest in { $first }, at { $most }.
summary-running = Over the same years, upkeep and electricity of all that stands take { $amount }.
summary-reached = What it brings: in { $year } the country reaches { $level } { $unit }.
summary-today = In { $base_year } it was { $level }.
summary-idle = If nothing were ordered, what stands today would wear out and the country would be at { $level }; the gain over that is { $gain }.
summary-worst = What it means for the worst-off: the region with the least innovation per head in { $year } is { $region }, at { $level } per 10,000 people, against { $without } if nothing were ordered. That is { $gain }; the country as a whole gains { $country }.
summary-worst-before = If nothing were ordered, the last place would be { $region }’s.
summary-apart = Regions move apart: the first stands at { $ratio } times the last per head, against { $without } times if nothing were ordered.
summary-together = Regions come closer: the first stands at { $ratio } times the last per head, against { $without } times if nothing were ordered.
summary-sure = How sure we are: under the same assumptions and rules, no other plan can score more than { $gap } above this one; that is proved.
summary-unsure = How sure we are: the solver stopped before it could prove how much better a plan may be.
summary-basis = Less certain are the numbers it rests on: of { $count }, { $firm } are found, derived, published or measured, { $recalled } are recalled and { $weak } are assumed or estimated.
summary-measured = Of { $of } performance figures of machines, { $measured } are measured.
summary-one-set = How strongly innovation answers is one view, the elasticity set “{ $set }”; other sets were not given.
summary-sets = Whichever of { $count ->
    [one] one elasticity set
   *[other] { $count } elasticity sets
  } one believes, { $share } of the money goes to the same regions and classes; the rest depends on it. The figures here use “{ $set }”.
summary-limits = What holds the plan back: { $limits }.
summary-scarce-money = money in { $years }
summary-rule = the rule “{ $rule }”
summary-capex = new capacity ordered { $horizon }
summary-and-running = and { $amount } to run all that stands
summary-innovation = innovation of the country in { $year } against ordering nothing
summary-more = { $amount } more { $unit }
summary-worst-figure = innovation of { $region }, the worst-off region
summary-worst-remark = against ordering nothing
summary-gap = certified gap: no plan scores more above this one
summary-gap-none = not proved
summary-elsewhere = { $share } of what is served is made outside the region that uses it
summary-unmet = of the demand for computing not served in { $year }
summary-agreed = of the money is the same under { $count ->
    [one] one elasticity set
   *[other] all { $count } elasticity sets
  }
summary-gini = Gini of innovation per head in { $year }
summary-gini-without = { $value } if nothing were ordered
summary-chart = Where the money goes and what it buys
summary-map = Money for new capacity by region, { $horizon }, { $unit }
summary-trajectory = Innovation of the country, { $unit }
summary-trajectory-alt = National innovation with and without the plan; { $gain } in { $year }
summary-tip = { $year }, { $series }: { $value } { $unit }
summary-five = Five regions ({ $top }) take { $share } of the money.
summary-chart-words = The gap between the two lines is what the plan adds; it goes on after the last order for as long as what was built lives.
