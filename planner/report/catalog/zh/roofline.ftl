# 机器的屋顶线图，用于规划报告和基准测试报告。

roofline-title = 屋顶线图，{ $precision }，{ $threads }个线程
roofline-alt = { $count }个内核的速度随计算强度的变化，均在实测的{ $precision }上限之下
roofline-words = 斜线之下由内存决定速度（{ $bandwidth }GB/s），水平线之下由运算决定速度（{ $peak }GFLOP/s）；两条上限均为实测。最接近上限的是{ $best }，达到{ $share }。
roofline-label = { $kernel }：{ $speed }GFLOP/s，计算强度{ $intensity }FLOP/byte，达到上限的{ $share }
roofline-data = 各内核的速度与屋顶线所允许的速度
roofline-kernel = 内核
roofline-intensity = 计算强度，FLOP/byte
roofline-allowed = 此处上限，GFLOP/s
roofline-of-ceiling = 占上限比例
