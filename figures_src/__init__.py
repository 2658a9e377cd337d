"""Every figure and number of the article, from data file to published page."""
