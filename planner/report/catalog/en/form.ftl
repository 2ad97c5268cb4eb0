# Words of the forms: figures and tables are numbered alike in all of them.

form-figure = Figure { $number }
form-table = Table { $number }

# The web page.
form-numbers = Numbers in this figure
form-filter = Find rows
form-rows = { $shown } of { $count } rows
form-all-rows = Show all { $count } rows
form-first-rows = Show the first { $count } rows
form-sort = Sort by { $column }
form-dark = Dark
form-dark-long = Dark background
form-zoom = Zoom
form-zoom-in = Zoom in
form-zoom-out = Zoom out
form-zoom-reset = Show all
form-zoom-help = Drag to move, Ctrl and wheel to zoom, double-click for all. On the keyboard: + and −, arrows, 0.
form-play = Play
form-pause = Pause
form-table-region = { $caption }; scrolls sideways

# PDF.
form-contents = Contents
form-appendix = Appendix { $letter }
form-appendix-tables = Tables in full
form-appendix-figures = Numbers in the figures
form-on-page = { $what }: page { $page }
