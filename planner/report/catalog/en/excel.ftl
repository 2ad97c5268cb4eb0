# Words of the spreadsheet.

excel-sheet = Sheet
excel-table = What it holds
excel-rows = Rows
excel-mark = Mark
