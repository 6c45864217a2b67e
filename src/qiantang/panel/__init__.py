"""A panel of peer cities: how shares move, how crowding brakes, how often pairs are signed."""
