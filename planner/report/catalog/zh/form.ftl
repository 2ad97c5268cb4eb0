# 各种文件形式的用词：图、表在所有形式中编号一致。

form-figure = 图{ $number }
form-table = 表{ $number }

# 网页。
form-numbers = 图中数据
form-filter = 查找
form-rows = 显示{ $shown }行，共{ $count }行
form-all-rows = 显示全部{ $count }行
form-first-rows = 只显示前{ $count }行
form-sort = 按“{ $column }”排序
form-dark = 深色
form-dark-long = 深色背景
form-zoom = 缩放
form-zoom-in = 放大
form-zoom-out = 缩小
form-zoom-reset = 显示全部
form-zoom-help = 拖动平移，按住Ctrl并滚动滚轮缩放，双击还原。键盘：+、−、方向键、0。
form-play = 播放
form-pause = 暂停
form-table-region = { $caption }（可左右滚动）

# PDF。
form-contents = 目录
form-appendix = 附录{ $letter }
form-appendix-tables = 明细表
form-appendix-figures = 图中数据
form-on-page = { $what }：见第{ $page }页
