"""The diagrams as they were published, for the viewer in the browser."""

from __future__ import annotations

from flask import Blueprint, Response, abort

import engine
from web import auth

blueprint = Blueprint("diagrams", __name__)

#: A published diagram never changes: a browser may keep it for a day.
_KEPT = "private, max-age=86400"


@blueprint.get("/diagrams/<int:release_id>/<process_id>.bpmn")
def drawn(release_id: int, process_id: str) -> Response:
    """Give one diagram of one release, to those who have tasks, cases or processes to look at."""
    if not auth.may_open("diagrams"):
        abort(404)
    xml = engine.diagram_xml(auth.database(), release_id, process_id)
    return Response(xml, mimetype="application/xml", headers={"Cache-Control": _KEPT})
