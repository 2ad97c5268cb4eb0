questions-plan = Plan { $letter }
questions-same = Settings and files are the same.
questions-letter = Plan
questions-title = Title
questions-objective = Objective
questions-set = Elasticity set
questions-overrides = Changed on the command line
questions-created = Solved
questions-plans = The plans
questions-file = contents of { $name }
questions-setting = Setting
questions-more = { $count ->
    [one] One more difference is left out; the configs in the plan folders tell it.
   *[other] { $count } more differences are left out; the configs in the plan folders tell them.
}
questions-differences = Where the questions differ
