frontier = 公平的代价：创新总量与{ $who }
frontier-regions = { $count ->
    [1] 最弱的地区
   *[other] 最弱的{ $count }个地区
  }
frontier-people = 最弱的{ $share }人口
frontier-across = { $who }每万人创新能力（{ $unit }）
frontier-up = 创新总量（基年为1）
frontier-total = 创新总量（基年为1）
frontier-bound = 可证明的上界
frontier-plans = 前沿上的规划
frontier-alt = 由{ $count }个规划构成的前沿：最弱者所得越多，总量越低
frontier-mark = 总量{ $total }，最弱者{ $worst }
frontier-label = 第{ $point }点：总量{ $total }，最弱者{ $worst }，基尼系数{ $gini }
frontier-conclusion = 每个点都是在最弱者所得不低于该点的前提下创新总量最高的规划；一切可行规划都在虚线以下，因此各点之间没有被遗漏的更优方案。
frontier-data = 图中前沿各点
frontier-whole = 与只看总量的规划相比，走到最右端可使{ $who }增加{ $more }，代价是创新总量减少{ $less }。
frontier-steps = 起步时代价最小：最弱者每增加1%，在左端使总量减少{ $first }，在右端减少{ $last }。
frontier-one = 同一个规划对总量和最弱者都是最优，无需取舍。
frontier-first = 本规划即左上端的点：在规则允许的范围内只看总量。
frontier-between = 按其基尼系数{ $gini }，本规划处于第{ $first }点与第{ $second }点之间；它是按另一目标编制的，可能低于前沿。
frontier-outside = 本规划的基尼系数为{ $gini }，在前沿范围之外；它是按另一目标或另一套规则编制的。
frontier-unknown = 本规划没有前沿所用年份的基尼系数，无法判断其位置。
frontier-slider = 沿前沿移动：逐点的变化
frontier-point = 点
frontier-figure-total = 创新总量，与第1点相比
frontier-figure-worst = { $who }的创新，与第1点相比
frontier-figure-gini = { $year }年人均创新的基尼系数
frontier-shares = 各大区的投资份额
frontier-shares-unit = 占投资的百分比
frontier-table = 前沿各点
frontier-total-change = 总量变化
frontier-worst = 最弱者每万人（{ $unit }）
frontier-worst-change = 最弱者变化
frontier-gini = 基尼系数
frontier-fifth = 最弱五分之一人口份额
frontier-money = 投资（{ $unit }）
frontier-remark = 变化均与第1点相比。每个点与可能的最优值之间经证明的差距不超过总量的{ $gap }。
