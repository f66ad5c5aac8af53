"""Files for a briefing: a report to sign, worksheets for the units, a workbook, slides."""
