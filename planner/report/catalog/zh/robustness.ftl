robustness = 规划的稳健性
robustness-lead = 当最不确定的条件改变时，哪些内容保持不变：弹性、目标值的最后一个百分点、资金、情景。
capital-by-class = 各类投资，{ $unit }
