# Units of plans that read otherwise than they are written.

unit-sustained-EFLOPS = EFLOPS, sustained
