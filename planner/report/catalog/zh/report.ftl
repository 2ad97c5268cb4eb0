# 不属于任何一节的用词。

kicker = 能力规划 { $horizon }
byline = { $regions }个地区 · { $assets }类资产 · 目标：{ $objective } · 弹性组：{ $set } · { $price_year }年价格 · 编制于{ $date }
footer = 规划{ $plan }，由innocap { $version }编制于{ $created }。本文件自含全部内容，不从任何地方加载数据。
skip = 跳到摘要
contents = 目录
legend = 图例
map = 地图
map-number = 审图号：{ $number }
map-alt = { $title }：各地区，{ $unit }
total = 合计
rests-on = 依据{ $count }项估计值：{ $which }

mark-estimated = 估
mark-estimated-long = 估计值
mark-measured = 实测
mark-measured-long = 由基准测试实测
mark-published = 公开
mark-published-long = 由他方公布
mark-not-solved = 未求解
mark-not-solved-long = 未用其求解规划

objective-total = 创新总量
objective-proportional = 比例公平
objective-max_min = 最弱地区优先
objective-leximin = 由弱到强逐级优先
objective-sen = 森福利
objective-alpha = α公平，α为{ $alpha }

list-comma = 、
list-last = { $rest }和{ $last }
change-manifold = +{ $times }倍
list-more = 另外{ $count }个

money-large = { $shown }亿{ $currency }
money-small = { $shown }万{ $currency }
money-unit = 亿{ $currency }
innovation-unit = 创新单位

currency-CNY = 元
currency-USD = 美元
currency-EUR = 欧元

class-network = 网络
class-information_service = 信息服务
class-compute = 智能与超级计算
class-key_information = 关键信息系统

input-base-stock = 基年存量
input-of = { $owner }的{ $what }

objective-thousandths = 千分之一个百分点
objective-index = 当前创新能力的{ $share }，各年平均{ $amount }{ $unit }
objective-log = 创新对数加权平均的{ $share }
objective-other = 目标值的{ $amount }

year = 年份
with-plan = 有规划
without-plan = 不投资
region = 地区
regions = 地区数
macro-region = 大区
group = 区域组
asset = 资产
class = 类别
unit = 单位
share = 占比
share-of-people = 人口占比
per-head = 人均，{ $currency }
all-years = 合计各年
in-unit = { $what }（{ $unit }）
