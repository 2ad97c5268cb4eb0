# 电子表格用词。

excel-sheet = 工作表
excel-table = 内容
excel-rows = 行数
excel-mark = 标记
