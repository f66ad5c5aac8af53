"""The papers of a run: a report to sign, a worksheet for every unit, one workbook of tables, slides."""
