"""Where to invest in computing infrastructure, region by region and year by year, to get the most innovation."""
