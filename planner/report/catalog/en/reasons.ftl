reasons = Limits whose worth differs most
reasons-rule = Rule or limit
reasons-worth = Worth of 1 %, { $plan }
reasons-rows = Rows that bind, { $plan }
reasons-none = No limit binds in any of the plans.
reasons-unlike = The objectives are measured in different units, so prices of limits are not compared.
reasons-remark = Worth of 1 %: what the objective gains to first order if the limit gives way by 1 % everywhere it binds. These differences go along with the moves; that they cause them can be told only by changing one setting at a time.
