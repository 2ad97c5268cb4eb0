robustness = How robust the plan is
robustness-lead = What stays when the least certain inputs change: the elasticities, the last percent of the objective, the money, the scenario.
capital-by-class = Money by class, { $unit }
