"""Another plan: a document to a draft, a draft to a workbook, a workbook to a folder under ``data/plans``."""
