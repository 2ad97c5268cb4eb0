# 规划中的单位，按其英文写法。

unit-station = 个
unit-Gbit-s-km = Gbit/s·km
unit-server = 台
unit-platform = 个
unit-sustained-EFLOPS = EFLOPS（持续）
unit-FTE = 人年
unit-100-million-CNY = 亿元
unit-million-USD = 百万美元
unit-employees = 人
unit-site = 个站点
unit-mast = 座
unit-node = 个节点
unit-rack = 架
unit-person = 人
unit-people = 人
unit-share = 比例
unit-million-CNY = 百万元
unit-units = 单位
unit-unit = 单位
