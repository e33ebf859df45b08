"""What past cases say: replay, statistics, and working time for whole columns."""
