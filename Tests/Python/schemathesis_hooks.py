"""What of a valid call no schema can say, for Schemathesis: a call that it thinks valid is made so before it is sent.

- A cursor is opaque text, so that generated clients leave it as it is: of all text, one that the API has given is valid.
- `from` is not after `to`, which is now where it is not given.
- Date-times are of the years 1 to 9999 in UTC: an offset can lead out of them.
"""

import os
from datetime import datetime, timezone

import schemathesis

CURSORS = os.environ["DEBRIEF_CURSORS"].split(",")


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or not case.meta.generation.mode.is_positive or not case.query:
        return
    query = case.query
    if "cursor" in query and query["cursor"] not in CURSORS:
        query["cursor"] = CURSORS[len(str(query["cursor"])) % len(CURSORS)]
    for name in ("from", "to"):
        if name in query and query[name][:4] in ("0001", "9999"):
            query[name] = query[name][:19] + "Z"
    if "from" in query and moment(query["from"]) > (moment(query["to"]) if "to" in query else datetime.now(timezone.utc)):
        query["from"], query["to"] = query.get("to", query["from"]), query["from"]


def moment(text):
    """Python 3.11 reads RFC 3339, but for years that an offset leads out of, which are gone by now."""
    return datetime.fromisoformat(text.upper())
