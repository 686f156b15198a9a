"""create_app: settings, who may ask, how pages look, and what an error becomes."""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from flask import Flask, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.exceptions import (
    HTTPException,
    RequestEntityTooLarge,
    SecurityError,
    TooManyRequests,
)
from werkzeug.routing import IntegerConverter

import engine
from web import auth, banner, commands, frame, limits, paging, policy, serving, sizes, words
from web.fetched import is_fetch, refusal
from web.health import Health
from web.machines import MACHINES, is_machine
from web.oidc import NotProven, Provider, ProviderAway
from web.settings import Settings, from_environment
from web.typed import typed_again
from web.typed_request import TypedRequest
from web.views import (
    absences,
    batches,
    callers,
    cases,
    clock,
    complaints,
    contact_imports,
    contacts,
    daily,
    data_requests,
    diagrams,
    disagreements,
    doors,
    draft_files,
    draft_preview,
    draft_saving,
    draft_steps,
    draft_transfer,
    drafts,
    emergency,
    evidence,
    exceptions,
    flag_answers,
    flags,
    log,
    moving,
    my_customers,
    my_emails,
    ombudsman_orders,
    other_contacts,
    papers,
    partner,
    partner_api,
    people,
    policy_control,
    post,
    processes,
    publishing,
    register,
    register_imports,
    retention,
    running,
    runs,
    setting_up,
    sign_in,
    sign_ins,
    sign_out,
    stuck,
    task,
    tasks,
    undelivered,
    versions,
    wrong_dates,
)

_A_MINUTE, _AN_HOUR = 60, 60 * 60
_A_YEAR = 365 * 24 * _AN_HOUR
#: A built file whose name changes with its content.
_HASHED = re.compile(r"-[0-9A-Za-z]{8}\.(css|js|woff2?)$", re.ASCII)
_REFUSALS: Mapping[type[engine.EngineError], int] = {
    engine.NotFound: 404,
    engine.NotAllowed: 403,
    engine.Rejected: 409,
    engine.InvalidAnswers: 422,
    engine.InvalidRelease: 422,
}
_STUCK = 500
#: The database does not answer; when to come back, in seconds.
_AWAY, _RETRY_AFTER = 503, 10
_NOT_OUR_HOST = "Expected a host name of this installation (SPOC_HOSTS), but got another."
_log = logging.getLogger("spoc.web")


class RowNumber(IntegerConverter):
    """The number of a row in an address; a longer one is no row of any database."""

    regex = r"\d{1,9}"


def create_app(settings: Settings | None = None) -> Flask:
    """Give the application; without settings it reads the environment.

    Raises SettingMissing when it is to serve and a key or the host names are missing. The
    command line may start without them: making a key is one of its commands.
    """
    chosen = settings or from_environment()
    if click.get_current_context(silent=True) is None:
        chosen.require()
    app = Flask("web")
    app.request_class = TypedRequest
    app.config.update(_configuration(chosen))
    app.url_map.converters["int"] = RowNumber
    app.extensions["settings"] = chosen
    database = engine.Database(chosen.database_url, workers_apart=chosen.workers_apart)
    app.extensions["database"] = database
    behind = limits.behind(app.wsgi_app, chosen.sign_in.proxies)
    app.wsgi_app = Health(behind, database)  # type: ignore[assignment,method-assign]  # Flask's own way
    # Before anything of a request is read, its token included.
    app.before_request(sizes.make_room)
    tokens = CSRFProtect(app)
    app.before_request(auth.require_person)
    app.after_request(_finish)
    _register_views(app)
    # The provider itself asks, without a browser: it proves who it is by what it signs.
    tokens.exempt(sign_out.by_provider)
    for endpoint in MACHINES:
        tokens.exempt(app.view_functions[endpoint])
    limits.register(app)
    if chosen.sign_in.provider is not None:
        back = f"{chosen.pages}/sign-in/back"
        app.extensions["provider"] = Provider(app, chosen.sign_in.provider, back)
    _register_errors(app)
    _prepare_templates(app)
    commands.register(app)
    serving.register(app)
    return app


def _configuration(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.secret_key or None,
        # With https no other host and no page in clear can set it (RFC 6265bis, __Host-).
        "SESSION_COOKIE_NAME": "__Host-spoc" if settings.https else "spoc",
        "SESSION_COOKIE_PATH": "/",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.https,
        "PERMANENT_SESSION_LIFETIME": settings.sign_in.longest,
        "MAX_CONTENT_LENGTH": sizes.LARGEST_POST,
        "MAX_FORM_MEMORY_SIZE": sizes.LARGEST_POST,
        "MAX_FORM_PARTS": sizes.MOST_FIELDS,
        "TRUSTED_HOSTS": list(settings.hosts),
        # A form may lie open over lunch: its token lasts as long as the session.
        "WTF_CSRF_TIME_LIMIT": None,
    }


def _register_views(app: Flask) -> None:
    staff = (
        *(sign_in, sign_out, tasks, task, daily, doors, disagreements, callers),
        *(contacts, contact_imports, register_imports, absences),
        *(cases, evidence, papers, register, post, my_customers, my_emails),
    )
    owners = (
        *(processes, drafts, draft_files, draft_saving, draft_preview, draft_transfer),
        draft_steps,
        *(publishing, versions),
    )
    watchers = (log, emergency)
    administrators = (people, setting_up)
    managers = (
        complaints,
        batches,
        flags,
        exceptions,
        ombudsman_orders,
        partner,
        data_requests,
        policy_control,
        moving,
        other_contacts,
        retention,
        wrong_dates,
        running,
        runs,
        sign_ins,
        stuck,
        undelivered,
    )
    machines = (flag_answers, partner_api)
    offered = (*staff, *owners, *managers, *watchers, *administrators, *machines)
    for view in (*offered, clock, diagrams):
        app.register_blueprint(view.blueprint)


def _prepare_templates(app: Flask) -> None:
    # The order of what a page hands its script means something.
    app.json.sort_keys = False  # type: ignore[attr-defined]  # as Flask's own provider has it
    app.jinja_env.policies["json.dumps_kwargs"] = {}
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_loader = ChoiceLoader(
        [
            PackageLoader("web"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    words.register(app)
    app.jinja_env.filters["counted_far"] = paging.counted_far
    app.jinja_env.globals.update(
        asset=_assets(Path(str(app.static_folder))),
        me=auth.me,
        may_open=auth.may_open,
        banner=banner.taken,
        is_demo=auth.settings(app).demo,
        looked_after=frame.looked_after,
        simulated_today=frame.today,
    )


def _assets(folder: Path) -> Any:
    """Give the function that turns the name of an asset into the address of its newest build."""
    built = folder / "manifest.json"
    names: dict[str, str] = json.loads(built.read_text()) if built.exists() else {}
    return lambda name: f"/static/{names.get(name, name)}"


def _finish(response: Response) -> Response:
    """Add what every answer carries: what a page may do, and that nobody keeps a copy of it."""
    for name, value in policy.HEADERS.items():
        response.headers.setdefault(name, value)
    if auth.settings().https:
        response.headers["Strict-Transport-Security"] = f"max-age={_A_YEAR}"
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    elif _HASHED.search(request.path):
        response.headers["Cache-Control"] = f"public, max-age={_A_YEAR}, immutable"
    else:
        response.headers["Cache-Control"] = f"public, max-age={_AN_HOUR}"
    return response


def _register_errors(app: Flask) -> None:
    app.register_error_handler(engine.EngineError, _engine_said_no)
    app.register_error_handler(engine.Unavailable, _database_is_away)
    app.register_error_handler(CSRFError, _page_too_old)
    app.register_error_handler(ProviderAway, sign_in.provider_failed)
    app.register_error_handler(NotProven, sign_in.provider_failed)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def status_of(error: engine.EngineError) -> int:
    """Give the status code of what the engine said; the only place that knows."""
    return next((code for kind, code in _REFUSALS.items() if isinstance(error, kind)), _STUCK)


def _engine_said_no(error: engine.EngineError) -> ResponseReturnValue:
    code = status_of(error)
    if code == _STUCK:
        _log.error("The engine could not go on: %s", error)
    problems = error.problems if isinstance(error, engine.InvalidAnswers) else ()
    findings = error.findings if isinstance(error, engine.InvalidRelease) else ()
    said = "" if isinstance(error, engine.NotFound | engine.InvalidRelease) else str(error)
    by_you = isinstance(error, engine.Rejected) and error.by_you
    return _page(code, said=said, problems=(*problems, *findings), by_you=by_you)


def _database_is_away(error: engine.Unavailable) -> ResponseReturnValue:
    """Say so without asking the database anything: who it is, and what day, are left out."""
    _log.error("The database is away: %s", error.__cause__)
    frame.ask_nothing()
    answer = make_response(_page(_AWAY, said=str(error) if error.args else ""))
    answer.headers["Retry-After"] = str(_RETRY_AFTER)
    return answer


def _page_too_old(error: CSRFError) -> ResponseReturnValue:
    if is_fetch() and auth.is_signed_out():
        return refusal(401)
    return _page(400, page="errors/too_old.html")


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None:
        return error
    if isinstance(error, SecurityError):
        # Nothing of ours can be addressed under a host name that is not ours.
        return Response(_NOT_OUR_HOST, error.code, mimetype="text/plain")
    if isinstance(error, TooManyRequests):
        answer = make_response(_page(error.code))
        answer.headers["Retry-After"] = str(_A_MINUTE)
        return answer
    said = sizes.too_much() if isinstance(error, RequestEntityTooLarge) else ""
    return _page(error.code, said=said)


def _unexpected(error: Exception) -> ResponseReturnValue:
    reference = secrets.token_hex(4)
    # As it is written in a program: an address may hold the beginning of another line.
    _log.exception("Unexpected error %s at %r", reference, request.path)
    return _page(_STUCK, reference=reference)


def _page(code: int, *, page: str = "errors/error.html", **more: Any) -> ResponseReturnValue:
    if is_machine() or is_fetch():
        return refusal(code, more.get("said", ""), reference=more.get("reference", ""))
    try:
        return render_template(page, code=code, typed=typed_again(), **more), code
    except engine.Unavailable as away:
        # It went just now, while what we had to say was drawn.
        return _database_is_away(away)
