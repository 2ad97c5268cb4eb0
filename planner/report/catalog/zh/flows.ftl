flows = 算力流动：谁为谁计算
flows-lead = 设施建在哪里与算力用在哪里是两个问题，本节把两者对应起来。单位为持续EFLOPS，即实际交付的算力，而非标称算力。
flows-years = 按提供地划分的算力，持续EFLOPS
flows-tip = { $year }年，{ $place }：{ $amount }EFLOPS，占{ $share }
flows-elsewhere = 异地提供占比
flows-none = { $year }年各地区所用算力全部由本地区提供。
flows-shares = 由使用地区以外提供的算力占全部算力的比例，{ $first }年为{ $before }，{ $last }年为{ $after }。
flows-most = 流动最多的是{ $what }，其{ $share }来自其他地区。
flows-stay = { $count ->
   *[other] { $what }全部在本地区提供
  }：这取决于时延上限和带宽价格。
flows-maps = 为其他地区提供和从其他地区获得的算力，{ $year }年，EFLOPS
flows-own = 自用
flows-gives = 为其他地区提供
flows-takes = 从其他地区获得
flows-net = 提供减使用
flows-maps-words = 跨地区算力中，提供最多的是{ $hosts }；获得最多的是{ $users }。
flows-share-of = { $region }（{ $share }）
flows-all = 全部类别
flows-made-in = 提供地
flows-used-in = 使用地
flows-pair-tip = { $what }：{ $host }为{ $user }提供{ $amount }EFLOPS
flows-matrix = 提供地（行）与使用地（列）之间的算力，{ $year }年，EFLOPS
flows-matrix-alt = { $what }：大区之间的算力
flows-net-of = { $place }{ $amount }
flows-net-words = 对角线以外为跨大区的算力。净提供（EFLOPS）：{ $givers }；净使用：{ $takers }。
flows-diagonal = 各大区提供与使用的算力相等，跨大区的算力双向相当。
flows-slider = 提供地（行）与使用地（列）之间的算力，逐年，EFLOPS
flows-frame-total = { $year }年所提供的EFLOPS
flows-frame-elsewhere = 由使用地区以外提供
flows-frame-far = 由其他大区提供
flows-corridors = 最繁忙的流向，{ $year }年
flows-delay = 单向时延，毫秒
flows-traffic = Pbit/s·km
flows-corridors-remark = { $count ->
   *[other] 这{ $count }条流向
  }占跨地区算力的{ $share }。
