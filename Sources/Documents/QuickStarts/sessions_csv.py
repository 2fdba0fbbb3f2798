"""Writes all sessions into a CSV file that Excel, LibreOffice and BI tools open as it is."""

import csv
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request


def get(path, tries=5, **parameters):
    """Calls the API; 429 and 503 are tried again after Retry-After."""
    url = f"{os.environ['DEBRIEF_URL']}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
    request = urllib.request.Request(url, headers={"Authorization": "Bearer " + os.environ["DEBRIEF_TOKEN"]})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        if error.code in (429, 503) and tries > 1:
            time.sleep(int(error.headers["Retry-After"] or 1))
            return get(path, tries - 1, **parameters)
        body = json.load(error)
        sys.exit(f"{body['error']['message']} (request {body['request_id']})")
    except urllib.error.URLError as error:
        sys.exit(str(error.reason))


def sessions():
    """Yields each session of the pages."""
    cursor = {}
    while cursor is not None:
        page = get("sessions", limit=100, **cursor)
        yield from page["data"]
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None


def cell(value):
    """Text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return "'" + value if isinstance(value, str) and value.startswith(tuple("=+-@\t\r")) else value


def time_of(text):
    """A date-time, in UTC, as spreadsheets know it."""
    return text and text[:19].replace("T", " ")


users = {user["id"]: user["full_name"] for user in get("users")["data"]}
scenarios = {scenario["id"]: scenario["name"] for scenario in get("scenarios")["data"]}
# The mark at its beginning tells Excel that a file is UTF-8. It gets its name when it is whole.
with open(sys.argv[1] + ".part", "w", encoding="utf-8-sig", newline="") as file:
    table = csv.writer(file)
    table.writerow(["id", "user", "scenario", "status", "started_at", "ended_at", "duration_seconds"])
    for session in sessions():
        row = [session["id"], users.get(session["user_id"]), scenarios.get(session["scenario_id"]), session["status"]]
        row += [time_of(session["started_at"]), time_of(session["ended_at"]), session["duration_seconds"]]
        table.writerow([cell(value) for value in row])
os.replace(sys.argv[1] + ".part", sys.argv[1])
