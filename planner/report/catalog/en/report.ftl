# Words that no single section owns.

kicker = Capacity plan { $horizon }
byline = { $regions } regions · { $assets } assets · objective: { $objective } · elasticity set: { $set } · prices of { $price_year } · written { $date }
footer = Plan { $plan }, written { $created } by innocap { $version }. This file holds everything it shows and loads nothing from anywhere.
skip = Skip to the summary
contents = Sections
legend = Legend
map = Map
map-number = Map approval number: { $number }
map-alt = { $title }: { $unit } by region
total = Total
rests-on = rests on { $count ->
    [one] one estimated input
   *[other] { $count } estimated inputs
  }: { $which }

mark-estimated = est.
mark-estimated-long = estimated
mark-measured = measured
mark-measured-long = measured by the benchmark harness
mark-published = published
mark-published-long = published by others
mark-not-solved = not solved
mark-not-solved-long = no plan was solved with it

objective-total = total innovation
objective-proportional = proportional fairness
objective-max_min = the worst-off region first
objective-leximin = the worst-off first, then the next
objective-sen = Sen welfare
objective-alpha = alpha fairness, alpha { $alpha }

list-comma = ,{" "}
list-last = { $rest } and { $last }
change-manifold = ×{ $times }
list-more = { $count } more

money-large = { $currency } { $shown } bn
money-small = { $currency } { $shown } million
money-unit = { $currency } bn
innovation-unit = units of innovation

class-network = Network
class-information_service = Information service
class-compute = Intelligent and supercomputing
class-key_information = Key information

input-base-stock = base stock
input-of = { $what } of { $owner }

objective-thousandths = thousandths of a percent
objective-index = { $share } of today's innovation, { $amount } { $unit } on average over the years
objective-log = { $share } on the weighted mean of log innovation
objective-other = { $amount } of the objective

year = Year
with-plan = with the plan
without-plan = if nothing were ordered
region = Region
regions = Regions
macro-region = Macro-region
group = Group
asset = Asset
class = Class
unit = Unit
share = Share
share-of-people = Share of people
per-head = { $currency } per head
all-years = All years
in-unit = { $what }, { $unit }
