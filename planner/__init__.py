"""Plan a three-tier supply chain from an Excel workbook."""
