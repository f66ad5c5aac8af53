"""Exploring in JupyterLab."""
