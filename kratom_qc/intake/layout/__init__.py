"""Where the words stand: sheets of cells → certificates in the laboratory's own words."""
