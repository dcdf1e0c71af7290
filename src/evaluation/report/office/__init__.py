"""Documents from the report's pages: PDF, Word and slides."""

from evaluation.report.office.hand_in import Pages, hand_in, written_on
from evaluation.report.office.pdf import to_pdf, to_pdfs
from evaluation.report.office.slides import to_pptx
from evaluation.report.office.word import to_docx

__all__ = ["Pages", "hand_in", "to_docx", "to_pdf", "to_pdfs", "to_pptx", "written_on"]
