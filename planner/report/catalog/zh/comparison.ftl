comparison = 与其他方案比较
comparison-lead = 另有{ $count }个问题不同的方案：问题有何不同，方案有何变化，哪些约束变得更贵或更便宜。
comparison-unlike = { $plan }的{ $what }不同，与此有关的内容不作比较。
comparison-unlike-currency = 货币或价格年份
comparison-unlike-regions = 地区
comparison-unlike-assets = 资产
comparison-unlike-years = 年份
