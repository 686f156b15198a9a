"""Files of evidence: added to a record, given as a download, removed with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, banner, policy, sizes, words
from web.downloads import downloaded

blueprint = Blueprint("evidence", __name__, url_prefix="/cases/<int:case_id>")

_INVALID = 422


@blueprint.get("/evidence/<int:evidence_id>/files")
def adding(case_id: int, evidence_id: int) -> str:
    """Ask for files that belong to a record."""
    return _page(case_id, evidence_id)


@blueprint.post("/evidence/<int:evidence_id>/files")
def add(case_id: int, evidence_id: int) -> ResponseReturnValue:
    """Add files to a record, all of them or none."""
    engine.files.record(auth.database(), case_id, evidence_id, auth.person())
    is_restricted = request.form.get("restricted") == "yes"
    try:
        count = engine.files.add(
            auth.database(),
            evidence_id,
            list(_given()),
            auth.person(),
            limits=auth.settings().files,
            is_restricted=is_restricted,
        )
    except engine.InvalidAnswers as invalid:
        said = [problem.message for problem in invalid.problems]
        return _page(case_id, evidence_id, said, is_restricted=is_restricted), _INVALID
    if count:
        banner.success(f"{words.counted(count, 'file')} added to the record.")
    else:
        banner.success("The record has these files already. Nothing was added.")
    return redirect(_evidence(case_id, evidence_id), 303)


@blueprint.get("/files/<int:file_id>")
def download(case_id: int, file_id: int) -> Response:
    """Give a file to be kept; a browser never shows it as a page of ours."""
    file = engine.files.open_file(auth.database(), case_id, file_id, auth.person())
    answer = downloaded(file.content, file.name, file.media_type)
    answer.headers.update(policy.HARMLESS)
    return answer


@blueprint.route("/files/<int:file_id>/remove", methods=["GET", "POST"])
def remove(case_id: int, file_id: int) -> ResponseReturnValue:
    """Remove a file that should not have been added, with a reason."""
    file = engine.files.file_to_remove(auth.database(), case_id, file_id, auth.person())
    problem, reason = "", request.form.get("reason", "")
    if request.method == "POST":
        try:
            engine.files.remove(auth.database(), file_id, reason, auth.person())
        except engine.InvalidAnswers as invalid:
            problem = str(invalid)
        else:
            banner.success(f"“{file.name}” is removed. That it was there stays in the record.")
            return redirect(_evidence(case_id, file.evidence_id), 303)
    page = render_template(
        "evidence/remove.html",
        file=file,
        reason=reason,
        problems=[{"text": problem, "href": "#reason"}] if problem else [],
        back=_evidence(case_id, file.evidence_id),
    )
    return (page, _INVALID) if problem else page


def _given() -> Iterator[tuple[str, bytes]]:
    """Give name and content of each file that was chosen."""
    for one in request.files.getlist("files"):
        with one.stream as opened:
            if one.filename:
                yield one.filename, opened.read()


def _page(
    case_id: int, evidence_id: int, problems: Sequence[str] = (), *, is_restricted: bool = False
) -> str:
    limits = auth.settings().files
    return render_template(
        "evidence/add.html",
        record=engine.files.record(auth.database(), case_id, evidence_id, auth.person()),
        limits=limits,
        at_once=limits.largest_mb * sizes.MOST_AT_ONCE,
        problems=[{"text": said, "href": "#files"} for said in problems],
        is_restricted=is_restricted,
        back=_evidence(case_id, evidence_id),
    )


def _evidence(case_id: int, evidence_id: int) -> str:
    where = url_for("cases.section", case_id=case_id, section="evidence")
    return f"{where}#evidence-{evidence_id}"
