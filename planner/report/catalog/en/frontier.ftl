frontier = What equity costs: total innovation against { $who }
frontier-regions = { $count ->
    [one] the worst-off region
   *[other] the { $count } worst-off regions
  }
frontier-people = the worst-off { $share } of people
frontier-across = Innovation of { $who } per 10,000 people, { $unit }
frontier-up = Total innovation, base year = 1
frontier-total = Total innovation, base year = 1
frontier-bound = No plan lies above
frontier-plans = plans of the frontier
frontier-alt = Frontier of { $count ->
    [one] one plan
   *[other] { $count } plans
  }: the more the worst-off have, the less the total
frontier-mark = { $total } total, { $worst } worst-off
frontier-label = point { $point }: total { $total }, worst-off { $worst }, Gini { $gini }
frontier-conclusion = Each dot is the plan of most total innovation among those that leave the worst-off as much as it does; under the dashed line lies all that is possible, so nothing better is hidden between the dots.
frontier-data = Points of the frontier as drawn
frontier-whole = Going all the way to the right gives { $who } { $more } more and costs { $less } of total innovation, against the plan that looks at the total alone.
frontier-half = Half of that way is much cheaper: { $more } more for the worst-off costs { $less } of the total. Every further step costs more than the one before.
frontier-nothing = nothing that can be measured
frontier-one = One plan is best for both, the total and the worst-off; there is nothing to weigh.
frontier-first = This plan is the point at the upper left: it looks at the total alone, within the rules.
frontier-between = By its Gini of { $gini } this plan stands between points { $first } and { $second }; it was made for another objective, so it may lie under the frontier.
frontier-outside = With its Gini of { $gini } this plan stands outside the span of the frontier; it was made for another objective or under other rules.
frontier-unknown = Where this plan lies is not known: it holds no Gini for the year of the frontier.
frontier-slider = Along the frontier: what changes from point to point
frontier-point = Point
frontier-figure-total = total innovation against point 1
frontier-figure-worst = innovation of { $who } against point 1
frontier-figure-gini = Gini of innovation per head in { $year }
frontier-shares = Shares of the money by macro-region
frontier-shares-unit = % of the money
frontier-table = Points of the frontier
frontier-total-change = Change of the total
frontier-worst = Worst-off per 10,000 people, { $unit }
frontier-worst-change = Change of the worst-off
frontier-gini = Gini
frontier-fifth = Share of the worst-off fifth
frontier-money = Money, { $unit }
frontier-remark = Changes are against point 1. The proven distance to the best possible is at most { $gap } of the total at every point.
