"""What a panel of peer cities teaches: how fast shares move, how crowding brakes, how often pairs are signed."""
