budgets = Use of the budgets
budgets-lead = What was granted, what is spent, what one year leaves to the next, and what more money would bring.
budgets-table = Budgets in { $horizon }
budgets-tail = Budgets after the last order
budgets-tail-table = Budgets in the years after the last order
budgets-total = total
budgets-budget = Budget
budgets-chart = Spent and left by budget and year, { $unit }
budgets-alt = { $budget }: spent and left by year, { $unit }
budgets-tip = { $year }, { $what }: { $amount }
budgets-granted = Granted
budgets-carried-in = Carried in
budgets-spent = Spent
budgets-left = Left
budgets-used = Used
budgets-carried-out = Carried out
budgets-exceeded = Exceeded
budgets-price = One more billion { $currency } brings, { $unit }
budgets-words = { $budget }: { $share } of what is granted is spent.
budgets-words-carried = { $budget }: { $share } of what is granted is spent; money is carried over in { $years }, up to { $most } a year.
budgets-dearest = Money is scarcest in { $budget }, { $year }: one more billion { $currency } would bring { $gain }.
budgets-no-price = More money in any of them would bring nothing: other limits decide.
budgets-projects = Candidate projects: taken or left
budgets-projects-remark = { $taken ->
    [0] None of { $count } is taken.
    [one] One of { $count } is taken.
   *[other] { $taken } of { $count } are taken.
  }
budgets-project = Project
budgets-decision = Decision
budgets-taken = taken in { $year }
budgets-not-taken = left
budgets-in-service = In service from
budgets-capex = Capital, { $unit }
budgets-upkeep = Own upkeep, { $unit } a year
