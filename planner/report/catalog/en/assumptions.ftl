assumptions = What the plan rests on
assumptions-lead = { $count ->
    [0] No number is given as an assumption.
    [one] One number in all, of which { $weak } is an assumption or an estimate.
   *[other] { $count } numbers in all, of which { $weak } are assumptions or estimates.
  } Estimated values are marked wherever they appear in this report.
assumptions-firm = How firm the numbers are
assumptions-kind = Kind
assumptions-meaning = Meaning
assumptions-numbers = Numbers
assumptions-columns = Data columns
assumptions-columns-fold = { $count ->
    [one] The one column of the data tables
   *[other] Every column of the data tables ({ $count })
  }
assumptions-data = Data columns
assumptions-column = Column
assumptions-file = File
assumptions-note = Note
assumptions-every = Every assumption
assumptions-key = Key in the config
assumptions-value = Value
assumptions-low = Low
assumptions-high = High
assumptions-source = Source
assumptions-place = Place
assumptions-remark = Values are in the unit beside them; shares and plain numbers have none. Low and high are the range given in the config.
assumptions-works = Works that the sources cite
assumptions-works-fold = { $count ->
    [one] The one work that the sources cite
   *[other] The { $count } works that the sources cite
  }
assumptions-work-id = Id
assumptions-work-text = Work
assumptions-work-address = Address
assumptions-work-read = Read on
assumptions-notices = Notices from reading the data ({ $count })
assumptions-not = What is not modelled
assumptions-not-cause = Cause. Elasticities are associations from studies and panels; the plan takes them as effects.
assumptions-not-chance = Chance. One future is planned; prices, demand and policy do not vary within a plan.
assumptions-not-markets = Markets. Prices of equipment and electricity follow given paths; large orders do not move them.
assumptions-not-people = Firms and people. They do not migrate towards infrastructure; talent and R&D grow as given.
assumptions-not-hours = Hours. Electricity and computing are yearly; peaks, outages and seasons are not seen.
assumptions-not-networks = Networks. Delay is distance times a factor; routes, queues and single cables are not seen.
assumptions-not-lags = Time lags of innovation beyond the lead times of building: what serves counts in the same year.
kind-measured = measured
kind-measured-meaning = measured by the benchmark harness on real hardware
kind-published = published
kind-published-meaning = published by a vendor, a benchmark consortium or an agency
kind-found = found
kind-found-meaning = read in a source that is named
kind-derived = derived
kind-derived-meaning = computed from found figures
kind-recalled = recalled
kind-recalled-meaning = a known figure, not read again
kind-assumption = assumption
kind-assumption-meaning = a planning value without a source
kind-estimated = estimated
kind-estimated-meaning = estimated for this plan because no table gives it
