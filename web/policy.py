"""What a page may do in the browser, said in the headers of every answer."""

from __future__ import annotations

#: The one inline script of the page template, by its hash (facts of GOV.UK Frontend 6.3.0).
_TEMPLATE_SCRIPT = "'sha256-GUQ5ad8JK5KmEWmROf3LZd9ge94daqNvd8xy9YS1iDw='"
_CONTENT = (
    "default-src 'none'",
    f"script-src 'self' {_TEMPLATE_SCRIPT}",
    "style-src 'self'",
    # Letters carry the landlord's logo in their own text.
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
)
_NAME = "Content-Security-Policy"

HEADERS = {
    _NAME: "; ".join(_CONTENT),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
}
#: For a file somebody brought in: whatever is in it, it is no page of ours and does nothing.
HARMLESS = {_NAME: "default-src 'none'; sandbox"}
#: For the pages that draw with bpmn-js or dmn-js, and no others: their libraries place what they
#: draw with style attributes. A style sheet or a script of somebody else stays forbidden.
DRAWING = {_NAME: "; ".join((*_CONTENT, "style-src-attr 'unsafe-inline'"))}
