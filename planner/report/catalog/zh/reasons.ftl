reasons = 价值差别最大的约束
reasons-rule = 规则或约束
reasons-worth = 放宽1%的价值，{ $plan }
reasons-rows = 起约束作用的行数，{ $plan }
reasons-none = 各方案中没有约束起作用。
reasons-unlike = 各方案目标的计量单位不同，约束的价格不作比较。
reasons-remark = 放宽1%的价值：约束在其起作用之处一律放宽1%时，目标的一阶增量。这些差别与方案的变化同时出现；要说明因果，须逐项改变设置。
