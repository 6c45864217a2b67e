"""What the small robust searches of the tests ask; titles and effort of the search differ."""

ASKED = """objectives:
  - {measure: probability, target: goods_trade}
  - {measure: superquantile, target: passengers}
  - {measure: effort}
levers: [airport_capacity, air_routes, market_access]
latest: 1.0
members: 6
fresh: 6
seed: 1
"""
