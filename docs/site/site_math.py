"""Formulas as MathML: they need neither a script nor a network."""

from __future__ import annotations

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.writers.html5 import HTML5Translator


def mathml(latex: str, display: str) -> str:
    """One formula. Raises ExtensionError, which ends the build, for LaTeX that cannot be read."""
    try:
        return convert(latex, display=display)
    except Exception as error:  # the library's own errors share no class
        raise ExtensionError(f"the formula {latex!r} cannot be read: {error}") from error


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    translator.body.append(mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def visit_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    translator.body.append(mathml(node.astext(), "block"))
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
