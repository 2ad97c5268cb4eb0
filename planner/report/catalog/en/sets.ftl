sets-alone = One elasticity set alone was given (“{ $set }”). Elasticities say how strongly innovation answers to infrastructure and are the least certain numbers of the plan; what survives other sets cannot be said: solve the same config under each set and give all plan folders to the report.
sets-money = Money by macro-region and class under each elasticity set, { $horizon }, { $unit }
sets-place-and-set = Macro-region and set
sets-common = { $money }, { $share } of the plan, is spent in the same region on the same class under { $count ->
    [2] both sets
   *[other] all { $count } sets
  }; that part can start whichever set is right.
sets-ranks = The ranking of regions by money correlates { $correlations } with the other sets’ (1 is the same order).
sets-firmest = Firmest is { $firm } ({ $most } in common), least firm { $loose } ({ $least }).
sets-this = { $set } (this plan)
sets-set = Elasticity set
sets-gain = Gain { $year }
sets-gini = Gini { $year }
sets-correlation = Rank correlation
sets-gap = Gap
sets-side-by-side = The elasticity sets side by side
sets-gain-remark = Each gain is measured with the set of its own row; a larger gain means a more hopeful set, not a better plan.
sets-regions-fold = Money by region under each set
sets-regions = Money by region under each set, { $unit }
sets-spread = Spread
sets-least = Least under any set
sets-spread-remark = Spread is the largest less the smallest amount, relative to this plan. A small spread marks a decision that does not hang on the elasticities.
sets-table = Elasticity sets: % more innovation for 1 % more of a factor
sets-sum = Sum
sets-spillover = Spillover
sets-source = Source
