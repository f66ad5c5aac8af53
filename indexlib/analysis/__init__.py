"""Frames of scores to frames of facts; knows no plan and no words."""
