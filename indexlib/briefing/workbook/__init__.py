"""The workbook of tables."""
