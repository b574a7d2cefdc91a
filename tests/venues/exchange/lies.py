"""Answers that are none, by a server that never cancels anything."""

from __future__ import annotations

from venues.sandbox.practice import Reply, Request

PAGE = "<!doctype html><title>Just a moment...</title><h1>Order canceled</h1>"
LIES: dict[str, Reply] = {
    "a page": Reply.text(200, PAGE, "text/html"),
    "a page that says it is JSON": Reply.text(200, PAGE, "application/json"),
    "nothing": Reply.text(200, "", "application/json"),
    "half of it": Reply.text(200, '{"status": "canceled", "id": "1', "application/json"),
    "an empty object": Reply.json(200, {}),
    "an empty list": Reply.json(200, []),
    "null": Reply.text(200, "null", "application/json"),
    "a word": Reply.text(200, '"canceled"', "application/json"),
    "a bare success": Reply.json(200, {"success": True, "code": 0, "msg": "success", "data": {}, "result": {}}),
    "a status of nobody": Reply.json(200, {"status": "canceled", "state": "canceled", "orderStatus": "Cancelled"}),
    "a list of a status": Reply.json(200, [{"status": "canceled"}]),
    "deep": Reply.text(200, "[" * 1000 + "]" * 1000, "application/json"),
    "404": Reply.html(404, "Not Found"),
    "404 as JSON": Reply.json(404, {}),
    "500": Reply.text(500, "Internal Server Error"),
    "502": Reply.html(502, "Bad Gateway"),
    "524": Reply.html(524, "A timeout occurred"),
    "a redirect": Reply.redirect(307, "/elsewhere"),
}


class Liar:
    """Answers everything with one of them."""

    def __init__(self) -> None:
        self.lie = LIES["nothing"]
        self.seen: list[Request] = []

    def answer(self, request: Request) -> Reply:
        self.seen.append(request)
        return self.lie
