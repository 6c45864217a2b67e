"""The credibility report: the tests of the field, each passed, failed or left open."""
