divide = The divide between regions
divide-lead = Four measures of how unequal innovation per head is. They are recomputed from the plan's own stocks, not taken from the solver.
divide-none = The plan holds no indicators of the divide.
divide-chart = Spread of innovation per head over regions
divide-alt = { $indicator } by year, with and without the plan
divide-gini = Gini
divide-gini-title = Gini: 0 is equal, 1 is all in one region
divide-theil = Theil
divide-theil-title = Theil: 0 is equal; weighs the top more
divide-max_over_min = Highest over lowest
divide-max_over_min-title = Highest over lowest: ratio of the first region to the last
divide-worst_fifth_share = Worst-off fifth of people
divide-worst_fifth_share-title = Share of the worst-off fifth of people, % of innovation; more is better
divide-narrows = The plan narrows the divide: the Gini in { $year } is { $value } against { $without } without it{ $start }.
divide-widens = The plan widens the divide: the Gini in { $year } is { $value } against { $without } without it{ $start }.
divide-same = The plan leaves the divide as it is: the Gini in { $year } is { $value } against { $without } without it{ $start }.
divide-from = , from { $value } in { $year }
divide-fifth = The worst-off fifth of people has { $share } of innovation, { $without } without the plan.
divide-total = The objective is total innovation; equity is not part of it beyond the rules.
divide-lines = The lines show the spread with and without the plan.
divide-table = Indicators of the divide by year
divide-column = { $indicator }, { $which }
divide-per-head = Per 10,000 people in { $year }
divide-per-head-without = The same in { $year }, if nothing were ordered
divide-gain = Gain
divide-money = Money, { $unit }
divide-worst = { $count ->
    [one] The region
   *[other] The { $count } regions
  } with least innovation per head in { $year }, { $unit }
divide-worst-words = Together they gain { $gain }, the nation { $nation }. They hold { $people } of people and are given { $money } of the money.
