"""Questionnaires as XLSForm workbooks."""
