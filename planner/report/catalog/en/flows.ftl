flows = Who computes for whom
flows-lead = Where machines stand and where computing is used are two questions; this section joins the answers. Amounts are sustained EFLOPS: what is delivered, not what a nameplate says.
flows-years = Compute by the place where it is made, sustained EFLOPS
flows-tip = { $year }, { $place }: { $amount } EFLOPS, { $share }
flows-elsewhere = Share made elsewhere
flows-none = In { $year } every region makes all the compute it uses.
flows-shares = Of all compute, { $before } was made outside the region that uses it in { $first }; in { $last } it is { $after }.
flows-most = { $what } travels most: { $share } of it comes from another region.
flows-stay = { $count ->
    [one] { $what } stays in its region
   *[other] { $what } stay in their regions
  }: delay limits and the price of bandwidth decide.
flows-maps = Compute made for others and received from them, { $year }, EFLOPS
flows-own = Made for own use
flows-gives = Made for other regions
flows-takes = Received from other regions
flows-net = Made less used
flows-maps-words = Of what crosses a border between regions most is made in { $hosts }, and most is used in { $users }.
flows-share-of = { $region } ({ $share })
flows-all = All classes
flows-made-in = Made in
flows-used-in = Used in
flows-pair-tip = { $what }: { $host } for { $user }, { $amount } EFLOPS
flows-matrix = Compute made in (rows) and used in (columns), { $year }, EFLOPS
flows-matrix-alt = { $what }: compute from macro-region to macro-region
flows-net-of = { $place } { $amount }
flows-net-words = Off the diagonal is compute that crosses a border between macro-regions. Net hosts, in EFLOPS: { $givers }. Net users: { $takers }.
flows-diagonal = Every macro-region makes as much as it uses: what crosses a border goes both ways alike.
flows-slider = Compute made in (rows) and used in (columns), year by year, EFLOPS
flows-frame-total = EFLOPS served in { $year }
flows-frame-elsewhere = made outside the region that uses them
flows-frame-far = made in another macro-region
flows-corridors = The busiest corridors, { $year }
flows-delay = One-way delay, ms
flows-traffic = Pbit/s·km
flows-corridors-remark = { $count ->
    [one] This one carries
   *[other] These { $count } carry
  } { $share } of what crosses a border between regions.
