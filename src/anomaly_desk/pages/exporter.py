"""nbconvert's page, made with less work."""

import os
import re
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache
from nbconvert.exporters.html import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode

from anomaly_desk.environment import RUN

_NAMELESS = re.compile(r"<img (?![^>]*\balt=)")
_NAMED = '<img alt="No description has been provided for this image" '


class Page(HTMLExporter):  # type: ignore[misc]
    """nbconvert's page without parsing all of it again, pictures included, for one attribute.

    In a grading run the templates are compiled once.
    """

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page, and the resources with what preprocessors have found."""
        language = nb.metadata.get("language_info", {})
        lexer = language.get("pygments_lexer", language.get("name"))
        code = self.filters.get("highlight_code", Highlight2HTML(pygments_lexer=lexer, parent=self))
        resources = self._init_resources(resources)
        kinds = WidgetsDataTypeFilter(
            notebook_metadata=self._nb_metadata, parent=self, resources=resources
        )
        self.register_filter("highlight_code", code)
        self.register_filter("filter_data_type", kinds)
        page, resources = TemplateExporter.from_notebook_node(self, nb, resources, **kw)
        return _NAMELESS.sub(_NAMED, page), resources

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()
        run = os.environ.get(RUN)
        if run:
            environment.bytecode_cache = FileSystemBytecodeCache(run)
        return environment
